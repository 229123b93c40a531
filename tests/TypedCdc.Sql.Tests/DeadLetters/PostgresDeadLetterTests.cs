using Npgsql;
using TypedCdc.Services;

namespace TypedCdc.Sql.Tests.DeadLetters;

[Collection("PostgreSQL")]
public sealed class PostgresDeadLetterTests(PostgreSql server)
{
    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Every_byte_comes_back_in_the_order_of_delivery_and_a_repeated_letter_is_one_row()
    {
        await using var place = await PostgresDeadLetterPlace.CreateAsync(server);
        await DeadLetterScenarios.RoundTripAsync(place);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task What_was_delivered_is_settled_and_what_failed_meanwhile_is_not()
    {
        await using var place = await PostgresDeadLetterPlace.CreateAsync(server);
        await DeadLetterScenarios.SettleAsync(place);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Redrive_ends_as_the_newest_changes_say()
    {
        await using var before = await PostgresDeadLetterPlace.CreateAsync(server);
        await DeadLetterScenarios.RedriveAsync(before, newerFirst: true);
        await using var beside = await PostgresDeadLetterPlace.CreateAsync(server);
        await DeadLetterScenarios.RedriveAsync(beside, newerFirst: false);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task While_the_store_is_down_nothing_passes_and_an_alarm_is_raised()
    {
        await using var place = await PostgresDeadLetterPlace.CreateAsync(server);
        await DeadLetterScenarios.StoreDownAsync(place);
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task Stores_that_begin_at_once_make_one_table_and_writers_of_the_same_letters_do_not_block_each_other_for_ever()
    {
        await using var place = await PostgresDeadLetterPlace.CreateAsync(server);
        var letters = Enumerable.Range(1, 50).Select(number => DeadLetterScenarios.Letter("s", number.ToString(System.Globalization.CultureInfo.InvariantCulture), [1])).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(seed => Task.Run(async () =>
        {
            var archive = place.Open();
            await using var _ = DeadLetterScenarios.Disposal(archive);
            await archive.StartAsync(default);
            var mine = letters.ToArray();
            new Random(seed).Shuffle(mine);
            for (var round = 0; round < 5; round++)
            {
                await archive.StoreAsync(mine, default);
            }
        })));
        Assert.Equal(["50|30"], await place.RowsAsync("SELECT count(*)::text, min(times)::text FROM cdc_dead_letters"));
    }

    [ServiceFact(ServiceKind.PostgreSql)]
    public async Task What_no_waiting_mends_ends_the_start_with_a_word_how_to_mend_it()
    {
        await using var database = await PostgresDatabase.CreateAsync(server);
        await using var nowhere = new PostgresDeadLetterOptions { ConnectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "nowhere" }.ConnectionString }.Open();
        var error = await Assert.ThrowsAsync<CdcConfigurationException>(async () => await nowhere.StartAsync(default));
        Assert.Contains("3D000", error.Message, StringComparison.Ordinal);
        await using var schema = new PostgresDeadLetterOptions { ConnectionString = database.ConnectionString, Schema = "nowhere" }.Open();
        await Assert.ThrowsAsync<CdcConfigurationException>(async () => await schema.StartAsync(default));
    }

    [Fact]
    public void A_connection_string_that_cannot_be_read_is_not_repeated()
    {
        var error = Assert.Throws<CdcConfigurationException>(() => new PostgresDeadLetterOptions { ConnectionString = "Host=h;Password=one;two secret=3" }.Open());
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Throws<CdcConfigurationException>(() => new PostgresDeadLetterOptions { ConnectionString = " " }.Open());
        Assert.Throws<CdcConfigurationException>(() => new PostgresDeadLetterOptions { ConnectionString = "Host=h", Table = new('t', 49) }.Open());
    }
}
