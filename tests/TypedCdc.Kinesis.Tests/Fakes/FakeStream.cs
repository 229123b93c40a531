using System.Globalization;
using TypedCdc.Kinesis.Api;

namespace TypedCdc.Kinesis.Tests.Fakes;

/// <summary>
/// A Kinesis stream in memory that does what no emulator does: it trims, throttles, expires iterators, and can be made to fail. Its clock is the test's.
/// </summary>
internal sealed class FakeStream(string name, TimeProvider clock)
{
    internal const int PageSize = 3;   // so that more than one page is usual

    private readonly Lock _gate = new();
    private readonly List<FakeShard> _shards = [];
    private readonly List<FakeShard> _removed = [];
    private ulong _nextNumber = 1;

    internal string Name { get; } = name;

    internal DateTimeOffset CreatedAt { get; private set; } = clock.GetUtcNow();

    internal TimeSpan Retention { get; set; } = TimeSpan.FromHours(24);

    internal TimeSpan IteratorLife { get; set; } = TimeSpan.FromMinutes(5);

    internal int ReadsPerSecond { get; set; } = 5;

    internal int MaximumBytes { get; set; } = 10_000_000;

    /// <summary>Makes calls fail: given the operation and the shard (null where there is none), an error or null.</summary>
    internal Func<string, string?, KinesisErrorKind?>? Fails { get; set; }

    /// <summary>Whether GetRecords names the children at a shard's end, as the service does and emulators do not.</summary>
    internal bool TellsChildren { get; set; } = true;

    /// <summary>Makes an answer of GetRecords lie: no records, no next iterator and no children, at the tip.</summary>
    internal Func<string, bool>? Malforms { get; set; }

    internal bool IsDeleted { get; set; }

    internal IReadOnlyList<FakeShard> Shards => _shards;

    /// <summary>Those that have left retention too.</summary>
    internal IEnumerable<FakeShard> AllShards => _removed.Concat(_shards);

    internal int Reads { get; private set; }

    internal FakeShard AddShard(params FakeShard[] parents)
    {
        lock (_gate)
        {
            var shard = new FakeShard(string.Create(CultureInfo.InvariantCulture, $"shardId-{_shards.Count:D12}"), parents);
            _shards.Add(shard);
            return shard;
        }
    }

    internal SequenceNumber Put(FakeShard shard, byte[] data)
    {
        lock (_gate)
        {
            if (!shard.IsOpen)
                throw new InvalidOperationException("Closed.");
            // As long as the service's own.
            var number = SequenceNumber.Parse(string.Create(CultureInfo.InvariantCulture, $"49590338271490256608559692538361571095921575989136{_nextNumber++:D6}"));
            shard.Records.Add(new(number, data, clock.GetUtcNow()));
            return number;
        }
    }

    internal (FakeShard Left, FakeShard Right) Split(FakeShard shard)
    {
        shard.IsOpen = false;
        return (AddShard(shard), AddShard(shard));
    }

    internal FakeShard Merge(FakeShard one, FakeShard other)
    {
        one.IsOpen = other.IsOpen = false;
        return AddShard(one, other);
    }

    /// <summary>Drops what is older than the retention, as the service does by itself.</summary>
    internal void Trim()
    {
        lock (_gate)
        {
            foreach (var shard in _shards)
            {
                while (shard.FirstKept < shard.Records.Count && clock.GetUtcNow() - shard.Records[shard.FirstKept].Arrival > Retention)
                    shard.FirstKept++;
            }
        }
    }

    /// <summary>The shard leaves retention: the service does not know it any more.</summary>
    internal void Remove(FakeShard shard)
    {
        lock (_gate)
        {
            _shards.Remove(shard);
            _removed.Add(shard);
        }
    }

    /// <summary>Deletes the stream and makes one of the same name.</summary>
    internal void Recreate(int shards)
    {
        lock (_gate)
        {
            _shards.Clear();
            IsDeleted = false;
            CreatedAt = clock.GetUtcNow();
        }

        for (var index = 0; index < shards; index++)
            AddShard();
    }

    internal KinesisStreamSummary Describe()
    {
        Fail("DescribeStreamSummary", null);
        return new(DateTimeOffset.FromUnixTimeSeconds(CreatedAt.ToUnixTimeSeconds()), Retention);
    }

    internal KinesisShardPage List(string? token)
    {
        Fail("ListShards", null);
        lock (_gate)
        {
            var from = token is null ? 0 : int.Parse(token, CultureInfo.InvariantCulture);
            var to = Math.Min(_shards.Count, from + PageSize);
            return new(_shards[from..to].Select(shard => shard.Describe()).ToList(), to < _shards.Count ? to.ToString(CultureInfo.InvariantCulture) : null);
        }
    }

    /// <summary>All pages.</summary>
    internal List<KinesisShard> ListAll()
    {
        var shards = new List<KinesisShard>();
        string? token = null;
        do
        {
            var page = List(token);
            shards.AddRange(page.Shards);
            token = page.NextToken;
        }
        while (token is not null);
        return shards;
    }

    internal string GetIterator(string shardId, ShardPosition position)
    {
        Fail("GetShardIterator", shardId);
        lock (_gate)
        {
            var shard = Find(shardId);
            var records = shard.Records;
            var index = position.Kind switch
            {
                ShardPositionKind.TrimHorizon => 0,
                ShardPositionKind.Latest => records.Count,
                ShardPositionKind.AtTimestamp => IndexOf(records, record => record.Arrival >= position.Timestamp),
                ShardPositionKind.AtSequenceNumber => IndexOf(records, record => record.Number >= Known(position.SequenceNumber)),
                _ => IndexOf(records, record => record.Number > Known(position.SequenceNumber)),
            };
            return Iterator(shard, index);

            // The service refuses a number that the shard never gave.
            SequenceNumber Known(SequenceNumber number) => records.Any(record => record.Number == number)
                ? number
                : throw new KinesisException(KinesisErrorKind.InvalidPosition, "InvalidArgumentException", "InvalidArgumentException");
        }
    }

    internal GetRecordsAnswer GetRecords(string iterator, int limit, KinesisRecords into)
    {
        var (shardId, index, issued) = Parse(iterator);
        Fail("GetRecords", shardId);
        lock (_gate)
        {
            var shard = Find(shardId);
            var now = clock.GetUtcNow();
            if (now - issued > IteratorLife)
                throw new KinesisException(KinesisErrorKind.ExpiredIterator, "ExpiredIteratorException", "ExpiredIteratorException");
            shard.ReadAt.RemoveAll(at => now - at >= TimeSpan.FromSeconds(1));
            if (shard.ReadAt.Count >= ReadsPerSecond)
            {
                shard.Throttled++;
                throw new KinesisException(KinesisErrorKind.Throttled, "ProvisionedThroughputExceededException", "ProvisionedThroughputExceededException");
            }

            shard.ReadAt.Add(now);
            Reads++;
            if (Malforms?.Invoke(shardId) == true)
                return new(null, TimeSpan.Zero);
            index = Math.Max(index, shard.FirstKept);
            var bytes = 0;
            for (var count = 0; index < shard.Records.Count && count < limit && (bytes == 0 || bytes + shard.Records[index].Data.Length <= MaximumBytes); count++, index++)
            {
                var record = shard.Records[index];
                bytes += record.Data.Length;
                into.Add(record.Number, record.Data, record.Arrival);
            }

            var isAtEnd = index == shard.Records.Count;
            return new(
                isAtEnd && !shard.IsOpen ? null : Iterator(shard, index),
                isAtEnd ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Max(1, (now - shard.Records[index].Arrival).TotalMilliseconds)),
                TellsChildren && isAtEnd && !shard.IsOpen && _shards.Exists(other => other.Parents.Contains(shard)));
        }
    }

    private static int IndexOf(List<FakeRecord> records, Predicate<FakeRecord> match) => records.FindIndex(match) is var index and >= 0 ? index : records.Count;

    private FakeShard Find(string shardId) => _shards.Find(shard => shard.Id == shardId)
        ?? throw new KinesisException(KinesisErrorKind.NotFound, "ResourceNotFoundException", "ResourceNotFoundException");

    private string Iterator(FakeShard shard, int index) => string.Create(CultureInfo.InvariantCulture, $"{shard.Id}|{index}|{clock.GetUtcNow().UtcTicks}|{CreatedAt.UtcTicks}");

    private (string Shard, int Index, DateTimeOffset Issued) Parse(string iterator)
    {
        var parts = iterator.Split('|');
        return parts.Length == 4 && parts[3] == CreatedAt.UtcTicks.ToString(CultureInfo.InvariantCulture)
            ? (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), new(long.Parse(parts[2], CultureInfo.InvariantCulture), TimeSpan.Zero))
            : throw new KinesisException(KinesisErrorKind.InvalidPosition, "InvalidArgumentException", "InvalidArgumentException");
    }

    private void Fail(string operation, string? shard)
    {
        if (IsDeleted)
            throw new KinesisException(KinesisErrorKind.NotFound, "ResourceNotFoundException", "ResourceNotFoundException");
        if (Fails?.Invoke(operation, shard) is { } kind)
            throw new KinesisException(kind, operation + " was made to fail", Code(kind));
    }

    internal static string Code(KinesisErrorKind kind) => kind switch
    {
        KinesisErrorKind.Throttled => "ProvisionedThroughputExceededException",
        KinesisErrorKind.ExpiredIterator => "ExpiredIteratorException",
        KinesisErrorKind.InvalidPosition => "InvalidArgumentException",
        KinesisErrorKind.NotFound => "ResourceNotFoundException",
        KinesisErrorKind.Transient => "InternalFailureException",
        _ => "AccessDeniedException",
    };
}

/// <summary>One shard of a <see cref="FakeStream"/>.</summary>
internal sealed class FakeShard(string id, FakeShard[] parents)
{
    internal string Id { get; } = id;

    internal IReadOnlyList<FakeShard> Parents { get; } = parents;

    internal bool IsOpen { get; set; } = true;

    internal List<FakeRecord> Records { get; } = [];

    internal int FirstKept { get; set; }

    internal List<DateTimeOffset> ReadAt { get; } = [];

    internal int Throttled { get; set; }

    internal KinesisShard Describe() => new(Id, Parents.ElementAtOrDefault(0)?.Id, Parents.ElementAtOrDefault(1)?.Id, IsOpen);
}

/// <summary>One record of a <see cref="FakeStream"/>.</summary>
internal sealed record FakeRecord(SequenceNumber Number, byte[] Data, DateTimeOffset Arrival);
