using System.Text.RegularExpressions;

namespace TypedCdc.Sql.Tests;

/// <summary>What the README says of metrics is what there is.</summary>
public sealed partial class MetricNameTests
{
    [Fact]
    public async Task Every_instrument_is_documented_with_its_kind_and_unit_and_no_other()
    {
        using var database = new SqliteFixture();
        using var metrics = new MetricSums("sqlite");
        await (await database.StartAsync()).DisposeAsync(); // makes the instruments
        var there = metrics.Instruments.Select(static one => $"{one.Name} {(one.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram" : "counter")} {Plural(one.Unit!)}").Distinct();
        Assert.Equal(there.Order(StringComparer.Ordinal), Documented().Order(StringComparer.Ordinal));

        static string Plural(string unit) => unit == "s" ? unit : unit.Trim('{', '}') + "s";
    }

    private static IEnumerable<string> Documented()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TypedCdc.sln")))
        {
            folder = folder.Parent!;
        }

        return Row().Matches(File.ReadAllText(Path.Combine(folder.FullName, "src", "TypedCdc.Sql", "README.md")))
            .Select(static match => $"{match.Groups["name"].Value} {match.Groups["kind"].Value} {match.Groups["unit"].Value}");
    }

    [GeneratedRegex(@"^\| `(?<name>cdc\.sink\.\w+)` \| (?<kind>\w+), (?<unit>\w+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Row();
}
