using System.Text.Json;
using TypedCdc.Services;
using TypedCdc.Sql.Engine;
using TypedCdc.Sql.Tests;

namespace TypedCdc.MySql.Tests;

/// <summary>Keys that most collations take for the same.</summary>
[Collection("MariaDB")]
public sealed class MySqlKeyTests(MariaDb server)
{
    private static readonly string[] Keys = ["a", "A", "a ", " a", "a\t", "a\0", "ä", "a\u0308", "ı", "İ", "i", "I", "ß", "ss", "😀", "😁", "1", "1.0", "\\", "'", new('x', 352), new string('x', 351) + "y"];

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Different_keys_stay_different()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await using var sink = await place.StartAsync(static tables => tables.Add<Reading>(), null, null);
        await sink.WriteAsync([.. Keys.SelectMany(static key => new[] { Record(key, "t", 1), Record(key, "t ", 2) })], default);
        var expected = Keys.SelectMany(static key => new[] { Hex(key) + "|" + Hex("t") + "|1", Hex(key) + "|" + Hex("t ") + "|2" }).Order(StringComparer.Ordinal);
        Assert.Equal(expected, (await place.RowsAsync("SELECT hex(device), hex(\"at\"), \"temp_c\" FROM sensor_readings_2024")).Order(StringComparer.Ordinal));

        // By a key as users write it.
        Assert.Equal(["1"], await place.RowsAsync("SELECT count(*) FROM sensor_readings_2024 WHERE device = 'A' AND \"at\" = 't'"));
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task A_key_that_is_too_long_is_refused_and_the_records_around_it_are_written()
    {
        var place = await MySqlPlace.CreateAsync(server);
        await using var sink = await place.StartAsync(static tables => tables.Add<Reading>(), null, null);
        var secret = "secret" + new string('x', 347);
        var error = await Assert.ThrowsAsync<RejectedRecordsException>(
            async () => await sink.WriteAsync([Record("a", "t", 1), Record(secret, "t", 1), Record("b", "t", 1)], default));
        var rejected = Assert.Single(error.Rejected);
        Assert.Equal(1, rejected.Index);
        Assert.Contains("error 1406, SQLSTATE 22001): a value is longer than its column", rejected.Reason.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["a", "b"], await place.RowsAsync("SELECT device FROM sensor_readings_2024 ORDER BY 1"));
    }

    [ServiceFact(ServiceKind.MariaDb)]
    public async Task Exact_numbers_are_keys_and_values_of_38_digits()
    {
        const string Digits = "12345678901234567890123456789012345678";
        var place = await MySqlPlace.CreateAsync(server);
        await using var sink = await place.StartAsync(static tables => tables.AddColumns("numbers"), null, null);
        await sink.WriteAsync([Number(Digits), Number(Digits[..37] + "9"), Number("1E-130"), Number("9.9999999999999999999999999999999999999E+125")], default);
        Assert.Equal(
            new[] { Digits, Digits[..37] + "9", "1E-130", "9.9999999999999999999999999999999999999E+125" }.Order(StringComparer.Ordinal),
            (await place.RowsAsync("SELECT id FROM numbers")).Order(StringComparer.Ordinal));

        static CdcRecord Number(string id) => TestRecord.Make("INSERT", "numbers", 1, "1", $$$"""{"id":{"N":"{{{id}}}"}}""", $$$"""{"id":{"N":"{{{id}}}"}}""");
    }

    private static CdcRecord Record(string device, string at, int value)
    {
        var key = $$$"""{"device":{"S":{{{JsonSerializer.Serialize(device)}}}},"at":{"S":"{{{at}}}"}""";
        return TestRecord.Make("INSERT", "Sensor-Readings.2024", 1, "1", key + "}", key + $$$""","temp °C":{"N":"{{{value}}}"}}""");
    }

    private static string Hex(string text) => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text));
}
