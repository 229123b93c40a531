using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TypedCdc.Decoding;
using TypedCdc.Sinks;
using TypedCdc.Sql;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Benchmarks.Sinks;

/// <summary>
/// One row, twice: as the object that the other ways start from, ready made, and as the change record that ours starts from and has to read first.
/// </summary>
public sealed class BenchRow
{
    public long Id { get; init; }

    public string Name { get; init; } = "";

    public string Email { get; init; } = "";

    public decimal Balance { get; init; }

    public DateTime UpdatedAt { get; init; }

    public bool Active { get; init; }

    public string Version { get; init; } = "";

    public long Old { get; init; }

    public long New { get; init; }

    internal CdcRecord Record { get; init; }

    /// <summary>The items of a table in random order of keys.</summary>
    /// <param name="count">How many.</param>
    /// <param name="operation">INSERT, or MODIFY of what an earlier generation inserted.</param>
    /// <param name="generation">Later ones are newer and have other values.</param>
    internal static BenchRow[] Make(int count, string operation, int generation)
    {
        var random = new Random(generation);
        var shard = new ShardId("stream", "shardId-000000000000");
        var rows = new BenchRow[count];
        var batch = NewBatch();
        for (var i = 0; i < count; i++)
        {
            var sequence = string.Create(CultureInfo.InvariantCulture, $"4954511524349098501828006771497314458218006{generation}{i:D12}");
            var item = Item(i + 1, random);
            var old = operation == "MODIFY" ? $",\"OldImage\":{Image(Item(i + 1, new(i)))}" : "";
            var microseconds = 1_720_740_233_000_000L + (generation * 10_000_000_000L) + i;
            var json = string.Create(CultureInfo.InvariantCulture, $$$"""
                {"awsRegion":"us-east-1","eventID":"{{{new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)}}}","eventName":"{{{operation}}}","userIdentity":null,"recordFormat":"application/json","tableName":"bench","dynamodb":{"ApproximateCreationDateTime":{{{microseconds}}},"Keys":{"id":{"N":"{{{i + 1}}}"}},"NewImage":{{{Image(item)}}}{{{old}}},"SizeBytes":99,"ApproximateCreationDateTimePrecision":"MICROSECOND"},"eventSource":"aws:dynamodb"}
                """);
            var record = CdcRecord.Parse(Encoding.UTF8.GetBytes(json), new(shard, SequenceNumber.Parse(sequence)));
            batch.Read([record]);
            var read = batch.Rows(0);
            rows[i] = new()
            {
                Id = item.Id,
                Name = item.Name,
                Email = item.Email,
                Balance = item.Balance,
                UpdatedAt = item.UpdatedAt,
                Active = item.Active,
                Version = Encoding.ASCII.GetString(read.Version(0)),
                Old = read[0].Images.Old,
                New = read[0].Images.New,
                Record = record,
            };
        }

        random.Shuffle(rows);
        return rows;
    }

    /// <summary>What a sink reads records into.</summary>
    internal static WriteBatch NewBatch()
    {
        var table = new TargetTable(0, CdcModel.Get<BenchCustomer>(), static _ => UnfitValue.Fail);
        return new([table], new(new([table], new OnlyBench()), new SinkMetrics("bench", NullLogger.Instance)));
    }

    private static BenchRow Item(long id, Random random) => new()
    {
        Id = id,
        Name = string.Create(CultureInfo.InvariantCulture, $"Customer number {id}-{random.Next(1000)}"),
        Email = string.Create(CultureInfo.InvariantCulture, $"user{id}@example.com"),
        Balance = random.Next(0, 100_000_000) / 100m,
        UpdatedAt = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(random.Next(0, 30_000_000)),
        Active = random.Next(2) == 0,
    };

    private static string Image(BenchRow item) => string.Create(CultureInfo.InvariantCulture, $$$"""
        {"id":{"N":"{{{item.Id}}}"},"name":{"S":"{{{item.Name}}}"},"email":{"S":"{{{item.Email}}}"},"balance":{"N":"{{{item.Balance}}}"},"updated_at":{"S":"{{{item.UpdatedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}}}"},"active":{"BOOL":{{{(item.Active ? "true" : "false")}}}}}
        """);

    internal sealed class OnlyBench : ITableRouter
    {
        public IReadOnlyList<CdcModel> Find(string tableName) => [CdcModel.Get<BenchCustomer>()];
    }
}
