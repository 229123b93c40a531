namespace TypedCdc.Sql;

/// <summary>One table in one reading of a shard.</summary>
internal sealed class TableReading
{
    private readonly LaneMark?[] _lanes;
    private readonly Dictionary<int, StoredWatermark> _stored = [];

    /// <param name="shard">The reading.</param>
    /// <param name="target">The table.</param>
    /// <param name="identity">Which table of the name it is.</param>
    /// <param name="model">What decides what a record becomes.</param>
    /// <param name="lanes">How many lanes there are.</param>
    public TableReading(ShardReading shard, string target, TableIdentity identity, string model, int lanes)
    {
        Shard = shard;
        Target = target;
        Identity = identity.Text;
        Model = model;
        _lanes = new LaneMark?[lanes];
        foreach (var watermark in shard.Stored)
        {
            if (!identity.IsEmpty
                && watermark.Lanes == lanes
                && watermark.Lane >= 0
                && watermark.Lane < lanes
                && string.Equals(watermark.Target, target, StringComparison.Ordinal)
                && string.Equals(watermark.Identity, identity.Text, StringComparison.Ordinal)
                && string.Equals(watermark.Model, model, StringComparison.Ordinal))
            {
                _stored[watermark.Lane] = watermark;
            }
        }
    }

    public ShardReading Shard { get; }

    public ShardLease Lease => Shard.Lease;

    public string Target { get; }

    public string Identity { get; }

    public string Model { get; }

    public int Lanes => _lanes.Length;

    /// <summary>A lane's mark. A lane is one write's at a time; different lanes may be asked for at once.</summary>
    public LaneMark Lane(int lane)
    {
        if (_lanes[lane] is { } known)
        {
            return known;
        }

        var mark = new LaneMark(this, lane);
        if (_stored.TryGetValue(lane, out var stored) && StoredWatermark.ToNumber(stored.First) is { } first && StoredWatermark.ToNumber(stored.Last) is { } last)
        {
            mark.Load(first, last);
        }

        return _lanes[lane] = mark;
    }
}
