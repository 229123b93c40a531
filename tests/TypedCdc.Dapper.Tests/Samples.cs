using System.Globalization;
using System.Numerics;
using System.Text.Json;
using TypedCdc.Testing;

namespace TypedCdc.Dapper.Tests;

/// <summary>Items and changes to write.</summary>
internal static class Samples
{
    private static readonly ShardId Shard = new("stream", "shardId-000000000000");

    public static EveryType Full(int number = 1) => new()
    {
        Id = new(number, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]),
        Rank = BigInteger.Parse("-12345678901234567890123456789012345678", CultureInfo.InvariantCulture),
        Text = "a \"quoted\" \\ 'text' {with}, ä😀\n$1 :x @y",
        Letter = 'ß',
        Flag = true,
        SByte = -128,
        Byte = 255,
        Int16 = short.MinValue,
        UInt16 = ushort.MaxValue,
        Int32 = int.MinValue,
        UInt32 = uint.MaxValue,
        Int64 = long.MinValue,
        UInt64 = ulong.MaxValue,
        Int128 = -Int128.Parse("12345678901234567890123456789012345678", CultureInfo.InvariantCulture),
        UInt128 = UInt128.Parse("99999999999999999999999999999999999999", CultureInfo.InvariantCulture),
        Big = BigInteger.Pow(10, 37),
        Decimal = 1.10m,
        Number = DynamoDbNumber.Parse("1.2345678901234567890123456789012345678E-100"),
        Half = (Half)1.5f,
        Single = 0.1f,
        Double = -1.7976931348623157E+120,
        Bytes = [0, 255, 92],
        Memory = new byte[] { 1, 0, 2 },
        Other = Guid.Empty,
        Link = new("https://example.com/?q=%20x"),
        Local = new(2024, 2, 29, 23, 59, 59, 999, 123, DateTimeKind.Utc),
        Created = new(2024, 7, 12, 3, 17, 42, 500, TimeSpan.FromHours(2)),
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_720_000_000),
        Day = new(9999, 12, 31),
        Time = new(23, 59, 59, 999, 999),
        Duration = -new TimeSpan(40, 1, 2, 3, 4),
        Status = Status.InTransit,
        Weekday = DayOfWeek.Saturday,
        Names = ["", "a,b", "{\"x\"}", "NULL", "back\\slash", "ä😀"],
        Numbers = [long.MinValue, 0, long.MaxValue],
        Tags = ["z", "a"],
        Prices = new HashSet<decimal> { 10m, 9.99m, -1m },
        Doubles = [1.5, -2e100],
        Blobs = [[0, 255], []],
        Counts = new() { ["one"] = 1, ["t\"wo"] = 2 },
        Home = new("Main \"Street\"", 12345),
        Json = JsonElement.Parse("""{"deep":[1,{"x":null}],"text":"s"}"""),
        Rest = new() { ["unmapped"] = JsonElement.Parse("""{"SS":["b","a"]}""") },
    };

    public static EveryType Sparse() => new() { Id = Guid.Empty, Rank = 0, Letter = 'x', Json = JsonElement.Parse("{}") };

    public static CdcRecord Record(byte[] utf8, int sequence) => CdcRecord.Parse(utf8, new(Shard, new((UInt128)sequence)));

    public static Change<T> Inserted<T>(T item, int time, int sequence) => Record(TestRecords.Insert(item, At(time)), sequence).Decode<T>();

    public static Change<T> Modified<T>(T before, T after, int time, int sequence) => Record(TestRecords.Modify(before, after, At(time)), sequence).Decode<T>();

    public static Removed<T> Removed<T>(T item, int time, int sequence, Images images = Images.Both) =>
        (Removed<T>)Record(TestRecords.Remove(item, At(time)), sequence).Decode<T>(images);

    public static TestRecordOptions At(int time) => new() { Time = DateTimeOffset.UnixEpoch.AddMicroseconds(time) };
}
