namespace TypedCdc.Sql.Tests.DeadLetters;

public sealed class SqliteDeadLetterTests
{
    [Fact]
    public async Task Every_byte_comes_back_in_the_order_of_delivery_and_a_repeated_letter_is_one_row()
    {
        await using var place = new SqliteDeadLetterPlace();
        await DeadLetterScenarios.RoundTripAsync(place);
    }

    [Fact]
    public async Task What_was_delivered_is_settled_and_what_failed_meanwhile_is_not()
    {
        await using var place = new SqliteDeadLetterPlace();
        await DeadLetterScenarios.SettleAsync(place);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Redrive_while_newer_changes_arrive_ends_as_the_newest_say(bool newerFirst)
    {
        await using var place = new SqliteDeadLetterPlace();
        await DeadLetterScenarios.RedriveAsync(place, newerFirst);
    }

    [Fact]
    public async Task While_the_store_is_down_nothing_passes_and_an_alarm_is_raised()
    {
        await using var place = new SqliteDeadLetterPlace();
        await DeadLetterScenarios.StoreDownAsync(place);
    }

    [Fact]
    public async Task The_file_is_for_its_owner_and_its_folder_is_made()
    {
        await using var place = new SqliteDeadLetterPlace();
        var path = Path.Combine(Path.GetDirectoryName(place.Path)!, "a", "b", "letters.db");
        await using var store = new SqliteDeadLetterOptions { Path = path, Table = "say \"no\"" }.Open();
        await store.StoreAsync([DeadLetterScenarios.Letter("s", "1", [1])], default);
        Assert.Single(await DeadLetterScenarios.ReadAsync(store, new()));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path + "-wal"));
        }
    }

    [Theory]
    [InlineData(":memory:", "t")]
    [InlineData(" ", "t")]
    [InlineData("a.db", "")]
    public void Options_that_cannot_work_are_refused(string path, string table) =>
        Assert.Throws<CdcConfigurationException>(() => new SqliteDeadLetterOptions { Path = path, Table = table }.Open());
}
