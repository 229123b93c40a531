using TypedCdc.Benchmarks.Harness;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>From an event's bytes to values: ours against the bare token walk, ordinary code and what most users write.</summary>
internal sealed class DecodeSuite : IBenchmarkSuite
{
    public string Name => "decode";

    public string About => "from an event's bytes to views and models, against the bare token walk and the peers; --quick takes under a minute";

    public Task<int> RunAsync(BenchmarkReport report, Arguments arguments, CancellationToken cancellationToken)
    {
        var plan = arguments.IsShort ? DecodePlan.Smoke : arguments.All.Contains("--quick", StringComparer.Ordinal) ? DecodePlan.Quick : DecodePlan.Whole;
        var chart = new DecodeChart();
        var exitCode = 0;
        foreach (var shape in new[] { "A", "B", "C" })
        {
            foreach (var order in plan.Orders)
            {
                var corpus = DecodeCorpus.Of(shape, shape == "C" ? 1_000 : 4_000, order);
                List<DecodeWay> ways = [.. DecodeWays.All(corpus), DecodeWays.NewImageOnly(corpus)];
                exitCode |= Measure(report, chart, $"Decode {shape}, order {order.ToString().ToLowerInvariant()}, {corpus.BytesPerEvent} bytes an event", shape, order, ways, plan, cancellationToken);
            }
        }

        foreach (var oddity in plan.Oddities)
        {
            var corpus = DecodeCorpus.Customers(4_000, AttributeOrder.Sticky, oddity);
            List<DecodeWay> ways = oddity == CustomerOddity.LongNumber
                ? [DecodeWays.WalkTokens(corpus), .. DecodeWays.LongNumbers(corpus)]
                : [DecodeWays.WalkTokens(corpus), DecodeWays.Ordinary(corpus), .. DecodeWays.Ours(corpus)];
            exitCode |= Measure(report, null, $"Decode A, {oddity}, {corpus.BytesPerEvent} bytes an event", "A", AttributeOrder.Sticky, ways, plan, cancellationToken);
        }

        if (arguments.Option("--svg") is { } file)
        {
            File.WriteAllText(file, chart.ToSvg());
        }

        return Task.FromResult(exitCode);
    }

    private static int Measure(
        BenchmarkReport report, DecodeChart? chart, string title, string shape, AttributeOrder order, List<DecodeWay> ways, DecodePlan plan, CancellationToken cancellationToken)
    {
        foreach (var way in ways)
        {
            way.WarmUp(plan.WarmUp, plan.SampleMilliseconds);
        }

        // Turn by turn, so that what else the machine does hits all of them.
        for (var sample = -plan.Samples / 4; sample < plan.Samples; sample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var way in ways)
            {
                way.Sample(isCounted: sample >= 0);
            }
        }

        var walk = ways.Single(static way => way.Name == DecodeWays.Walk);
        var table = new BenchmarkTable(title, "way", "÷ the token walk", "ns an event", "p10", "GB/s", "B an event");
        foreach (var way in ways)
        {
            table.Add(
                way.Name, walk.Nanoseconds.Median / way.Nanoseconds.Median, way.Nanoseconds.Median, way.Nanoseconds.P10, way.EventBytes / way.Nanoseconds.Median, Math.Round(way.BytesPerEvent));
            chart?.Add(shape, order, way.Name, walk.Nanoseconds.Median / way.Nanoseconds.Median);
        }

        report.Add(table);
        var sums = ways.Where(static way => way.IsCompared).Select(static way => (way.Name, Sum: way.Check())).ToList();
        if (sums.Select(static one => one.Sum).Distinct().Count() == 1)
        {
            return 0;
        }

        Console.Error.WriteLine($"{title}: the ways did not read the same: {string.Join(", ", sums.Select(static one => $"{one.Name} {one.Sum:x16}"))}.");
        return 1;
    }
}

/// <summary>How much a run measures.</summary>
internal sealed record DecodePlan(AttributeOrder[] Orders, CustomerOddity[] Oddities, TimeSpan WarmUp, double SampleMilliseconds, int Samples)
{
    private static readonly CustomerOddity[] AllOddities = [.. Enum.GetValues<CustomerOddity>().Where(static one => one > CustomerOddity.OneInTwenty)];

    public static DecodePlan Whole { get; } = new(Enum.GetValues<AttributeOrder>(), AllOddities, TimeSpan.FromSeconds(1.2), 4, 100);

    public static DecodePlan Quick { get; } = new([AttributeOrder.Sticky, AttributeOrder.Random], AllOddities, TimeSpan.FromMilliseconds(500), 1, 21);

    public static DecodePlan Smoke { get; } = new([AttributeOrder.Sticky], [CustomerOddity.Escape], TimeSpan.FromMilliseconds(10), 0.1, 2);
}
