namespace TypedCdc.Sql.Tests.Watermarks;

/// <summary>A history as a shard delivers it: in its order, each record with the lease of the reading.</summary>
internal sealed class LeasedHistory(int seed, int changes)
{
    private readonly History _history = new(seed, keys: 12, changes);

    public int Count => _history.Events.Count;

    public string Expected => History.Expect(_history.Events);

    public SequenceNumber NumberAt(int index) => _history.Events[index].ToRecord().Position.SequenceNumber;

    public static ShardLease Lease(long? token = null, SequenceNumber? start = null) => new("stream:1/shard", token, start);

    public List<CdcRecord> Records(ShardLease lease, int from = 0, int to = int.MaxValue) =>
        [.. _history.Events.Take(to).Skip(from).Select(static one => one.ToRecord()).Select(record => record.With(lease, record.GetKeyHash()))];

    /// <summary>Cut into writes as a reading would be.</summary>
    public IEnumerable<List<CdcRecord>> Cut(ShardLease lease, Random random)
    {
        var records = Records(lease);
        for (var at = 0; at < records.Count;)
        {
            var size = Math.Min(random.Next(1, 30), records.Count - at);
            yield return records.GetRange(at, size);
            at += size;
        }
    }

    public static SinkContext Context(int lanes = 1, params CdcModel[] models)
    {
        var context = SqliteFixture.Context(models: models);
        return new() { Application = context.Application, TimeProvider = context.TimeProvider, Logger = context.Logger, Tables = context.Tables, Lanes = lanes };
    }
}
