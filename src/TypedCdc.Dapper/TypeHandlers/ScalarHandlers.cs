using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;

namespace TypedCdc.DapperRows;

/// <summary>What Dapper needs to be told of the types that models may have. Values come as the drivers give them: PostgreSQL's own types, SQLite's text and integers.</summary>
internal static class ScalarHandlers
{
    public static void AddAll()
    {
        // Numbers beyond what drivers read; and decimals, which SQLite keeps as text, and text is not to be read by the culture's rules.
        Add(static value => DynamoDbNumber.Parse(Invariant(value)), static value => value.ToString(null, CultureInfo.InvariantCulture));
        Add(static value => BigInteger.Parse(Invariant(value), NumberStyles.Float, CultureInfo.InvariantCulture), static value => value.ToString(CultureInfo.InvariantCulture));
        Add(static value => Int128.Parse(Invariant(value), NumberStyles.Float, CultureInfo.InvariantCulture), static value => value.ToString(CultureInfo.InvariantCulture));
        Add(static value => UInt128.Parse(Invariant(value), NumberStyles.Float, CultureInfo.InvariantCulture), static value => value.ToString(CultureInfo.InvariantCulture));
        Add(static value => value as decimal? ?? decimal.Parse(Invariant(value), NumberStyles.Float, CultureInfo.InvariantCulture), static value => value.ToString(CultureInfo.InvariantCulture), static value => value);
        Add(static value => ulong.Parse(Invariant(value), NumberStyles.Float, CultureInfo.InvariantCulture), static value => value.ToString(CultureInfo.InvariantCulture));
        Add(static value => value as Half? ?? (Half)Convert.ToDouble(value, CultureInfo.InvariantCulture), static value => (double)value);
        Add(static value => checked((uint)Convert.ToInt64(value, CultureInfo.InvariantCulture)), static value => (long)value);
        Add(static value => checked((ushort)Convert.ToInt64(value, CultureInfo.InvariantCulture)), static value => (int)value);
        Add(static value => checked((sbyte)Convert.ToInt64(value, CultureInfo.InvariantCulture)), static value => (short)value);

        // Text on SQLite.
        Add(static value => value as Guid? ?? Guid.Parse((string)value), static value => value.ToString(), static value => value);
        Add(static value => new Uri((string)value, UriKind.RelativeOrAbsolute), static value => value.OriginalString);
        Add(static value => value switch
        {
            DateTimeOffset time => time,
            DateTime time => new(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            _ => DateTimeOffset.Parse((string)value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        }, static value => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'+00:00'", CultureInfo.InvariantCulture), static value => value.ToUniversalTime());
        Add(static value => value as DateTime? ?? DateTime.Parse((string)value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
            static value => value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'+00:00'", CultureInfo.InvariantCulture), static value => value);
        Add(static value => value switch
        {
            DateOnly day => day,
            DateTime time => DateOnly.FromDateTime(time),
            _ => DateOnly.Parse((string)value, CultureInfo.InvariantCulture),
        }, static value => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), static value => value);
        Add(static value => value switch
        {
            TimeOnly time => time,
            TimeSpan time => TimeOnly.FromTimeSpan(time),
            _ => TimeOnly.Parse((string)value, CultureInfo.InvariantCulture),
        }, static value => value.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture), static value => value);
        Add(static value => value as TimeSpan? ?? TimeSpan.ParseExact((string)value, "c", CultureInfo.InvariantCulture),
            static value => value.ToString("c", CultureInfo.InvariantCulture), static value => value);
        Add(static value => new ReadOnlyMemory<byte>((byte[])value), static value => value.ToArray());

        // Documents: jsonb, or text.
        Add(static value => JsonElement.Parse((string)value), static value => value.GetRawText());
        Add(static value => JsonNode.Parse((string)value)!, static value => value.ToJsonString());
    }

    private static void Add<T>(Func<object, T> read, Func<T, object> write, Func<T, object>? writeNative = null) =>
        SqlMapper.AddTypeHandler(typeof(T), new ValueHandler<T>(read, write, writeNative ?? write));

    private static string Invariant(object value) => value as string ?? Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
