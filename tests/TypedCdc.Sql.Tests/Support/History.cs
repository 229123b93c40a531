using System.Globalization;

namespace TypedCdc.Sql.Tests;

/// <summary>
/// A random history of customers, made the way DynamoDB makes one: each item is inserted, modified and removed in turn, half of the changes have the timestamp of the
/// one before. Sequence numbers rise and are of different lengths.
/// </summary>
internal sealed class History
{
    private readonly List<Event> _events = [];
    private readonly Random _random;

    public History(int seed, int keys, int changes)
    {
        _random = new(seed);
        var items = new string?[keys];
        var time = 1_700_000_000_000_000L;
        var sequence = System.Numerics.BigInteger.Parse("9999999999999999990", CultureInfo.InvariantCulture);
        for (var i = 0; i < changes; i++)
        {
            var key = _random.Next(keys);
            time += _random.Next(2) * _random.Next(1, 1_000_000);
            sequence += _random.Next(1, 5);
            var old = items[key];
            var next = old is not null && _random.Next(3) == 0 ? null : Item(key);
            items[key] = next;
            if (old is null && next is null)
            {
                continue;
            }

            _events.Add(new(key, time, sequence, old is null ? "INSERT" : next is null ? "REMOVE" : "MODIFY", next, old));
            if (i == changes / 2)
            {
                TakeSnapshot(items, time);
            }
        }
    }

    public IReadOnlyList<Event> Events => _events;

    /// <summary>The table scan that began in the middle of the history: it sees some changes that came after its start, and its version is below all of those.</summary>
    public List<Event> SnapshotRows { get; } = [];

    /// <summary>The same changes in any order, some of them several times: as they were, or with a new sequence number as Kinesis gives to a duplicate that it makes itself.</summary>
    public List<Event> Deliver(bool newNumbers)
    {
        var delivered = _events.Concat(SnapshotRows).ToList();
        var last = _events[^1].Sequence;
        foreach (var one in _events)
        {
            for (var copies = _random.Next(3) - 1; copies > 0; copies--)
            {
                delivered.Add(newNumbers && _random.Next(2) == 0 ? one with { Sequence = last += 1 } : one);
            }
        }

        _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(delivered));
        return delivered;
    }

    /// <summary>The changes in any order, numbered in the order of their arrival, as the lines of a shuffled file are.</summary>
    public List<Event> DeliverRenumbered()
    {
        var delivered = Deliver(newNumbers: false);
        return [.. delivered.Select(static (one, i) => one.Sequence is null ? one : one with { Sequence = 1_000_000_000_000L + i })];
    }

    /// <summary>Cuts a delivery into batches of random size.</summary>
    public IEnumerable<List<CdcRecord>> Cut(IReadOnlyList<Event> delivery)
    {
        for (var at = 0; at < delivery.Count;)
        {
            var size = Math.Min(_random.Next(1, 40), delivery.Count - at);
            yield return [.. delivery.Skip(at).Take(size).Select(static one => one.ToRecord())];
            at += size;
        }
    }

    /// <summary>
    /// What the view must show after a delivery: of each item the newest change by time; of several at that time the one that all ways through their images end with, else
    /// that of the highest number. Knows nothing of the sink: items and numbers are compared as such, and all orders are tried.
    /// </summary>
    public static string Expect(IEnumerable<Event> delivery)
    {
        var lines = delivery
            .GroupBy(static one => one.Key)
            .Select(static changes => Newest([.. changes.GroupBy(static one => one.Time).MaxBy(static same => same.Key)!]))
            .Where(static newest => newest.New is not null)
            .Select(static newest => newest.Expected)
            .Order(StringComparer.Ordinal);
        return string.Concat(lines.Select(static line => line + "\n"));
    }

    private static Event Newest(List<Event> sameTime)
    {
        var byNumber = sameTime.OrderBy(static one => one.Sequence ?? -1).ToList();
        var different = byNumber.GroupBy(static one => (one.Old, one.New)).Select(static copies => copies.Last()).ToList();
        if (different.Count == 1 || different.Exists(static one => one.Sequence is null))
        {
            return byNumber[^1];
        }

        var ends = new HashSet<string?>();
        Walk(different, null, ends, isFirst: true);
        return ends.Count == 1 ? different.Last(one => one.New == ends.Single()) : byNumber[^1];

        static void Walk(List<Event> left, string? at, HashSet<string?> ends, bool isFirst)
        {
            if (left.Count == 0)
            {
                ends.Add(at);
            }

            foreach (var next in left.Where(next => isFirst || next.Old == at))
            {
                Walk([.. left.Where(one => one != next)], next.New, ends, isFirst: false);
            }
        }
    }

    private void TakeSnapshot(string?[] items, long time)
    {
        for (var key = 0; key < items.Length; key++)
        {
            if (items[key] is { } item)
            {
                SnapshotRows.Add(new(key, time - 5 * 60_000_000L, null, "SNAPSHOT", item, null));
            }
        }
    }

    // first_name ␟ balance ␟ phone, each may be empty for an absent attribute.
    private string Item(int key)
    {
        var name = _random.Next(4) == 0 ? "" : "n" + _random.Next(1_000).ToString(CultureInfo.InvariantCulture);
        var balance = _random.Next(4) == 0 ? "" : "12345678901234567890123456789012345." + _random.Next(100, 999).ToString(CultureInfo.InvariantCulture);
        var phone = _random.Next(4) == 0 ? "" : _random.NextInt64().ToString(CultureInfo.InvariantCulture);
        return $"{name}␟{balance}␟{phone}␟{key.ToString(CultureInfo.InvariantCulture)}";
    }

    public sealed record Event(int Key, long Time, System.Numerics.BigInteger? Sequence, string Operation, string? New, string? Old)
    {
        private static readonly string[] Attributes = ["first_name", "balance", "phone", "userid"];

        public string Expected
        {
            get
            {
                var parts = New!.Split('␟');
                return $"integer:{parts[3]}|{Text(parts[0])}|{Text(parts[1])}|{(parts[2].Length == 0 ? "null:NULL" : $"integer:{parts[2]}")}";

                static string Text(string value) => value.Length == 0 ? "null:NULL" : $"text:'{value}'";
            }
        }

        public CdcRecord ToRecord()
        {
            var keys = string.Create(CultureInfo.InvariantCulture, $$$"""{"userid":{"N":"{{{Key}}}"}}""");
            return Operation == "SNAPSHOT"
                ? TestRecord.Snapshot("customers", Time, Image(New)!)
                : TestRecord.Make(Operation, "customers", Time, Sequence?.ToString(CultureInfo.InvariantCulture), keys, Image(New), Image(Old));
        }

        private static string? Image(string? item)
        {
            if (item is null)
            {
                return null;
            }

            var parts = item.Split('␟');
            return "{" + string.Join(',', Attributes.Zip(parts)
                .Where(static pair => pair.Second.Length > 0)
                .Select(static pair => $$"""{{'"'}}{{pair.First}}":{"{{(pair.First == "first_name" ? "S" : "N")}}":"{{pair.Second}}"}""")) + "}";
        }
    }
}
