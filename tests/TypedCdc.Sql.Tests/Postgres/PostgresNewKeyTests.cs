using System.Globalization;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Postgres;
using TypedCdc.Services;
using TypedCdc.Sql.Rows;

namespace TypedCdc.Sql.Tests.Postgres;

/// <summary>Rows that go straight into the table, because their keys are new, and what happens when they are not.</summary>
[Collection("PostgreSQL")]
public sealed class PostgresNewKeyTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task An_insert_of_a_key_that_is_there_obeys_the_guard_and_its_neighbours_are_written()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync();
        await sink.WriteAsync([Insert(1, 100, "newer"), Insert(2, 1, "older")], default);
        await sink.WriteAsync([Insert(1, 50, "stale"), Insert(2, 50, "second"), Insert(3, 50, "third")], default);
        await sink.WriteAsync([TestRecord.Make("REMOVE", "customers", 200, "9", """{"userid":{"N":"3"}}""")], default);
        await sink.WriteAsync([Insert(3, 150, "back"), Insert(4, 150, "fourth")], default);
        Assert.Equal(["1|newer", "2|second", "4|fourth"], await database.RowsAsync("SELECT userid::text, first_name FROM customers ORDER BY userid"));
        Assert.Equal(6, sink.Metrics!.Rows);
        Assert.Equal(2, sink.Metrics.StaleRows);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task An_index_of_the_users_own_refuses_its_row_and_no_other()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var sink = await database.StartAsync();
        await database.ExecuteAsync("CREATE UNIQUE INDEX names_once ON customers__cdc (first_name)");
        var refused = await Assert.ThrowsAsync<RejectedRecordsException>(async () => await sink.WriteAsync([Insert(1, 1, "a"), Insert(2, 1, "b"), Insert(3, 1, "a")], default));
        Assert.Equal(2, Assert.Single(refused.Rejected).Index);
        Assert.Contains("names_once", refused.Rejected[0].Reason.Message, StringComparison.Ordinal);
        Assert.Equal(["1|a", "2|b"], await database.RowsAsync("SELECT userid::text, first_name FROM customers ORDER BY userid"));
    }

    [Fact]
    public void A_wrong_guess_pauses_the_guessing_for_twice_as_long_each_time()
    {
        var rows = new RowBuffer(new(0, CdcModel.Get<Customer>(), static _ => UnfitValue.Fail));
        rows.BeginRow()[0] = Cell.Of(1L);
        rows.EndRow(0, isTombstone: false, 1, new SequenceNumber(1), new(ImageHash.Absent, 5));
        rows.Sort();
        var guess = new NewKeys(canCopy: true);
        var tried = new List<int>();
        for (var write = 0; write < 40; write++)
        {
            if (guess.MayBeAll(rows))
            {
                tried.Add(write);
                guess.WereNot();
            }
        }

        Assert.Equal([0, 5, 14, 31], tried);
        Assert.False(new NewKeys(canCopy: false).MayBeAll(rows));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Numbers_are_what_the_server_itself_makes_of_their_text()
    {
        var random = new Random(20240712);
        var numbers = new List<string> { "0", "-0", "0.00", "1.10", "10000", "9999", "0.0001", "0.00001", "1E2", "1.0E1", "9.99E+125", "1E-130", "-1.5e-3", "12345678901234567890123456789012345678", "100000000", "0.1000", "00012.5" };
        while (numbers.Count < 400)
        {
            var digits = string.Concat(Enumerable.Range(0, random.Next(1, 38)).Select(_ => (char)('0' + random.Next(10))));
            var dot = random.Next(digits.Length);
            numbers.Add((random.Next(2) == 0 ? "-" : "") + (dot == 0 ? digits : digits[..dot] + "." + digits[dot..])
                + (random.Next(2) == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"E{random.Next(-80, 80)}")));
        }

        await using var database = await PostgresDatabase.CreateAsync(server);
        await database.ExecuteAsync("CREATE TABLE numbers (place integer, number numeric)");
        await using (var connection = new Npgsql.NpgsqlConnection(database.ConnectionString))
        {
            await connection.OpenAsync();
            await using var copy = await connection.BeginRawBinaryCopyAsync("COPY numbers FROM STDIN (FORMAT BINARY)");
            await copy.WriteAsync((byte[])[.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            for (var i = 0; i < numbers.Count; i++)
            {
                var bytes = new byte[BinaryNumber.MaximumLength(numbers[i].Length)];
                var length = BinaryNumber.Write(Encoding.ASCII.GetBytes(numbers[i]), bytes);
                await copy.WriteAsync((byte[])[0, 2, 0, 0, 0, 4, 0, 0, (byte)(i >> 8), (byte)i, 0, 0, 0, (byte)length, .. bytes[..length]]);
            }

            await copy.WriteAsync((byte[])[0xFF, 0xFF]);
        }

        var differences = await database.RowsAsync(
            $"SELECT x.text, number::text FROM (VALUES {string.Join(',', numbers.Select(static (text, i) => $"({i}, '{text}')"))}) AS x(place, text) JOIN numbers USING (place) WHERE number::text <> x.text::numeric::text");
        Assert.Empty(differences);
        Assert.Equal([numbers.Count.ToString(CultureInfo.InvariantCulture)], await database.RowsAsync("SELECT count(*)::text FROM numbers"));
    }

    private static CdcRecord Insert(int id, int time, string name)
    {
        var key = $$$"""{"userid":{"N":"{{{id}}}"}}""";
        return TestRecord.Make("INSERT", "customers", time, "1", key, $$$"""{"userid":{"N":"{{{id}}}"},"first_name":{"S":"{{{name}}}"}}""");
    }
}
