using System.Globalization;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>How one sink is fed.</summary>
public sealed class SinkOptions
{
    /// <summary>The sink's name in logs, metrics and dead letters. The default value is null: the name of its type, with a number where several have it.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// How many writes may run at once, each for keys of its own. The default value is 1: records then come in the stream's order. At most 64, the number of lanes.
    /// </summary>
    public int Concurrency { get; set; } = 1;

    /// <summary>
    /// The most records of one write. The default value is 5,000: live batches are written fastest at one to five thousand rows. A write never waits for more
    /// records to come: it takes what came while the write before it ran.
    /// </summary>
    public int MaximumBatchRecords { get; set; } = 5_000;

    /// <summary>The most record bytes of one write. The default value is 8 MiB, half of what the strictest database takes as one statement.</summary>
    public int MaximumBatchBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>The images that the sink needs; a source that cannot give them refuses to start. The default value is <see cref="Images.After"/>: the current state.</summary>
    public Images Images { get; set; } = Images.After;

    /// <summary>The models whose records the sink takes. The default value is empty: those of every registered model.</summary>
    public IList<CdcModel> Models { get; } = [];

    /// <summary>
    /// DynamoDB tables whose records the sink takes whatever their model, and also where they have none: exact names, or with <c>*</c> for any characters. The default value is empty.
    /// Where there are some, <see cref="Models"/> that is empty means no model.
    /// </summary>
    public IList<string> Tables { get; } = [];

    /// <summary>Whether the sink also takes records of tables without a model. The default value is false: they are counted and said, not written.</summary>
    public bool AcceptUnknownTables { get; set; }

    /// <summary>What happens when a write fails. By default it is tried without end; see <see cref="FailureOptions.MaximumAttempts"/>.</summary>
    public FailureOptions Failure { get; set; } = new() { MaximumAttempts = null };

    /// <summary>The sink finds out itself which model an item is of.</summary>
    internal bool TellsModelsApart { get; set; }

    internal Delivery.LanePolicy ToLanes(string name) => new(name, Concurrency, MaximumBatchRecords, MaximumBatchBytes, SpansLanes: true);

    internal void Validate(string name)
    {
        Require(Concurrency is >= 1 and <= Delivery.LanePolicy.LaneCount, nameof(Concurrency), Concurrency, $"between 1 and {Delivery.LanePolicy.LaneCount}, the number of lanes");
        Require(MaximumBatchRecords >= 1, nameof(MaximumBatchRecords), MaximumBatchRecords, "at least 1");
        Require(MaximumBatchBytes >= 1, nameof(MaximumBatchBytes), MaximumBatchBytes, "at least 1");
        Failure.Validate(name);

        void Require(bool holds, string option, int value, string expected)
        {
            if (!holds)
            {
                throw new CdcConfigurationException(string.Create(
                    CultureInfo.InvariantCulture, $"{option} of the sink '{name}' is {value}, but must be {expected}."));
            }
        }
    }
}
