using System.Globalization;

namespace TypedCdc.Sql.Tests.Watermarks;

/// <summary>
/// A shard's records on their way into a sink, as the pipeline brings them: lanes in order, a lane again only when what it was refused is in the dead letters, a checkpoint that is a prefix of what is done.
/// Everything is drawn from one seed, and a process can die anywhere.
/// </summary>
internal sealed class ReadingSimulation
{
    public const int Lanes = 4;

    private readonly Random _random;
    private readonly Item[] _items;
    private readonly HashSet<int> _deadLetters = [];
    private int _checkpoint = -1; // the index of the last record that is behind it
    private long _token = 100;

    /// <param name="seed">Of everything.</param>
    /// <param name="count">How many records.</param>
    /// <param name="isPlain">No record is refused, shared or without a lease: then nothing is ever written twice.</param>
    public ReadingSimulation(int seed, int count, bool isPlain)
    {
        _random = new(seed);
        _items = new Item[count];
        var number = 0;
        for (var i = 0; i < count; i++)
        {
            number += isPlain || i == 0 || _random.Next(10) > 0 ? _random.Next(1, 4) : 0; // records out of an aggregate share a number
            var kind = isPlain ? Kind.Sound : _random.Next(14) switch { 0 => Kind.Undecodable, 1 => Kind.RefusedByDatabase, 2 => Kind.Unreadable, 3 => Kind.WithoutLease, _ => Kind.Sound };
            _items[i] = new(i, number, _random.Next(20), kind);
        }

        Database.Refused.UnionWith(_items.Where(static item => item.Kind == Kind.RefusedByDatabase).Select(static item => item.Time));
        HasTokens = _random.Next(2) == 0;
    }

    public FakeDatabase Database { get; } = new();

    public bool HasTokens { get; }

    public int Count => _items.Length;

    /// <summary>The worker's model; another one is another fingerprint.</summary>
    public UnfitValue Unfit { get; set; }

    /// <summary>How many readings have ended in a crash.</summary>
    public int Crashes { get; private set; }

    /// <summary>An owner of before, that does not know that it has lost the shard; null for none.</summary>
    private (RelationalSink Sink, ShardLease Lease)? _former;

    public int StaleWrites { get; private set; }

    /// <summary>One reading from behind the checkpoint, to the end or to its crash.</summary>
    /// <returns>Whether it came to the end.</returns>
    public async Task<bool> ReadAsync(int crashAfter)
    {
        var lease = new ShardLease("shard", HasTokens ? ++_token : null, _checkpoint < 0 ? null : new((UInt128)_items[_checkpoint].Number));
        var sink = Database.Sink(Unfit);
        await sink.StartAsync(new() { Application = "simulated", TimeProvider = TimeProvider.System, Logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, Tables = SqliteFixture.Context().Tables, Lanes = Lanes }, default);
        var steps = crashAfter;
        Database.Fails = () => --steps == 0 ? _random.Next(2) == 0 ? (true, false) : (false, true) : default;
        try
        {
            await DeliverAsync(sink, lease, () => --steps == 0);
            await sink.DisposeAsync();
            return true;
        }
        catch (FakeDatabase.CrashException)
        {
            Crashes++;
            Database.Fails = static () => default;
            _former = (sink, lease);
            return false;
        }
        finally
        {
            Database.Fails = static () => default;
        }
    }

    /// <summary>The owner of before writes something of its own, late.</summary>
    public async Task WriteFromFormerOwnerAsync()
    {
        if (_former is not { } former)
        {
            return;
        }

        var item = _items[_random.Next(Count)];
        try
        {
            if (item.Kind == Kind.Sound)
            {
                await former.Sink.WriteAsync([item.ToRecord().With(null, 0)], default); // what it had under way is a fact; what its lanes think is not the point here
            }
        }
        catch (StaleLeaseException)
        {
            StaleWrites++;
        }
    }

    /// <summary>Somebody deletes rows by hand, and puts the checkpoint back to before them: to before one that the database knows of.</summary>
    public void RewindOnPurpose()
    {
        var known = Database.Watermarks.Max(static row => StoredWatermark.ToNumber(row.Checkpoint));
        var index = Array.FindIndex(_items, item => known is { } number && new SequenceNumber((UInt128)item.Number) >= number);
        if (index <= 0 || index > _checkpoint)
        {
            return;
        }

        _checkpoint = _random.Next(-1, index);
        while (_checkpoint >= 0 && _items[_checkpoint].Number == _items[_checkpoint + 1].Number)
        {
            _checkpoint--;
        }

        Database.Applied.RemoveWhere(time => time > (_checkpoint < 0 ? -1 : _items[_checkpoint].Time));
    }

    /// <summary>The table is dropped and made again, and all is read again.</summary>
    public void Recreate()
    {
        Database.Identity++;
        Database.Applied.Clear();
        _checkpoint = -1;
    }

    /// <summary>Every record must be in the table or in the dead letters; those before the checkpoint of a reading that has crashed as well.</summary>
    public string? FindLost(bool all)
    {
        var until = all ? Count - 1 : _checkpoint;
        var lost = _items.Take(until + 1).Where(item => item.Kind is not Kind.Unreadable && !Database.Applied.Contains(item.Time) && !_deadLetters.Contains(item.Index)).ToList();
        return lost.Count == 0 ? null : string.Join(", ", lost);
    }

    public IEnumerable<int> Times => _items.Select(static item => item.Time);

    private async Task DeliverAsync(RelationalSink sink, ShardLease lease, Func<bool> dies)
    {
        var done = new bool[Count];
        var lanes = Enumerable.Range(0, Lanes).Select(static _ => new Queue<Item>()).ToArray();
        var published = _checkpoint + 1;
        var unsettled = new HashSet<int>(); // unreadable ones that are in no dead-letter store yet
        var leased = new HashSet<int>();
        while (true)
        {
            // Some are published, some are worked on.
            for (var more = _random.Next(12); more > 0 && published < Count; more--, published++)
            {
                var item = _items[published];
                if (item.Kind == Kind.Unreadable)
                {
                    unsettled.Add(item.Index);
                    continue;
                }

                var isAlone = (published == 0 || _items[published - 1].Number != item.Number) && (published + 1 == Count || _items[published + 1].Number != item.Number);
                if (isAlone && unsettled.Count == 0 && item.Kind != Kind.WithoutLease)
                {
                    leased.Add(item.Index);
                }

                lanes[(int)(item.ToRecord().GetKeyHash() % Lanes)].Enqueue(item);
            }

            foreach (var settled in unsettled.Where(_ => _random.Next(3) == 0).ToList())
            {
                unsettled.Remove(settled);
                done[settled] = true;
            }

            var taken = Enumerable.Range(0, Lanes).Where(lane => lanes[lane].Count > 0 && _random.Next(2) == 0).SelectMany(lane => lanes[lane].Take(_random.Next(1, 6))).OrderBy(static item => item.Index).ToList();
            if (taken.Count > 0)
            {
                var failed = await WriteAsync(sink, taken.ConvertAll(item => leased.Contains(item.Index) ? item.ToRecord().With(lease, item.ToRecord().GetKeyHash()) : item.ToRecord()));
                if (failed.Count > 0 && dies())
                {
                    throw new FakeDatabase.CrashException(); // before they are in the dead letters
                }

                _deadLetters.UnionWith(failed.Select(index => taken[index].Index));
                foreach (var item in taken)
                {
                    done[item.Index] = true;
                    lanes[(int)(item.ToRecord().GetKeyHash() % Lanes)].Dequeue();
                }
            }
            else if (published == Count && unsettled.Count == 0 && Array.TrueForAll(lanes, static lane => lane.Count == 0))
            {
                Checkpoint(lease, done);
                return;
            }

            if (_random.Next(6) == 0)
            {
                Checkpoint(lease, done);
            }
        }
    }

    private static async Task<List<int>> WriteAsync(RelationalSink sink, List<CdcRecord> records)
    {
        try
        {
            await sink.WriteAsync(records, default);
            return [];
        }
        catch (RejectedRecordsException rejected)
        {
            return [.. rejected.Rejected.Select(static one => one.Index)];
        }
    }

    private void Checkpoint(ShardLease lease, bool[] done)
    {
        var last = _checkpoint;
        while (last + 1 < Count && done[last + 1])
        {
            last++;
        }

        // Never between records that share a number.
        while (last >= 0 && last + 1 < Count && last > _checkpoint && _items[last].Number == _items[last + 1].Number)
        {
            last--;
        }

        if (last > _checkpoint)
        {
            _checkpoint = last;
            if (_random.Next(4) > 0)
            {
                lease.Checkpoint = new((UInt128)_items[last].Number); // the store has it; the worker may die before it knows
            }
        }
    }

    private enum Kind
    {
        Sound,
        Undecodable,
        RefusedByDatabase,
        Unreadable,
        WithoutLease,
    }

    private sealed record Item(int Index, int Number, int Key, Kind Kind)
    {
        private CdcRecord? _record;

        /// <summary>Tells the record apart, also from others of its number.</summary>
        public int Time => 1_000 + Index;

        public CdcRecord ToRecord()
        {
            var keys = string.Create(CultureInfo.InvariantCulture, $$$"""{"userid":{"N":"{{{Index * 20 + Key}}}"}}""");
            return _record ??= TestRecord.Make("INSERT", "customers", Time, Number.ToString(CultureInfo.InvariantCulture), keys, Kind == Kind.Undecodable ? """{"userid":{"S":"no number"}}""" : keys);
        }
    }
}
