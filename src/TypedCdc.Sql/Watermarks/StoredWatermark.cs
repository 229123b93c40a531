using System.Globalization;

namespace TypedCdc.Sql;

/// <summary>
/// A row of <c>cdc_watermarks</c>: of one lane of a shard, every record from <paramref name="First"/> to <paramref name="Last"/> that concerns the table was applied to it, or is durably in the dead letters.
/// A fact about the table, whoever wrote it; what makes it worthless is another table of the same name, or another way from record to row.
/// </summary>
/// <param name="Target">The table.</param>
/// <param name="Lease">The <see cref="ShardLease.Key"/>.</param>
/// <param name="Lanes">How many lanes the keys were divided into.</param>
/// <param name="Lane">Which one of them.</param>
/// <param name="First">The first position, as <see cref="ToText"/> writes it.</param>
/// <param name="Last">The last one.</param>
/// <param name="Checkpoint">The last durable checkpoint that was known when this was written; empty for none.</param>
/// <param name="Token">The largest token that has written; null where nothing is fenced.</param>
/// <param name="Identity">Which table of the name it was (<see cref="TableIdentity"/>).</param>
/// <param name="Model">What decided what a record becomes (<see cref="WatermarkModel"/>); empty for a watermark that was given up.</param>
internal sealed record StoredWatermark(
    string Target, string Lease, int Lanes, int Lane, string First, string Last, string Checkpoint, long? Token, string Identity, string Model)
{
    /// <summary>The name of the table of watermarks.</summary>
    public const string Table = "cdc_watermarks";

    /// <summary>The columns in the order of the parameters.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["application", "target", "lease", "lanes", "lane", "first", "last", "checkpoint", "token", "identity", "model"];

    /// <summary>A position as text whose bytewise order is that of the numbers: its length as 3 digits, then its digits, as in a row's version.</summary>
    public static string ToText(SequenceNumber? number) => number is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value.DigitCount:D3}{value}") : "";

    /// <summary>Reads what <see cref="ToText"/> wrote; null for what it did not write.</summary>
    public static SequenceNumber? ToNumber(string text) => text.Length > 3 && SequenceNumber.TryParse(text.AsSpan(3), out var number) ? number : null;
}
