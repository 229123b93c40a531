using TypedCdc.Benchmarks.Harness;

namespace TypedCdc.Benchmarks.Delivery;

/// <summary>
/// What the pipeline costs between a source and a handler that does nothing: the processor's time of the whole process an event, against the bare walk over the tokens of the same bytes,
/// and against decoding alone.
/// </summary>
internal sealed class DeliverySuite : IBenchmarkSuite
{
    private const int Records = 20_000;

    public string Name => "delivery";

    public string About => "from records through the engine to handlers that do nothing, against the bare token walk and the AWS SDK's way";

    public async Task<int> RunAsync(BenchmarkReport report, Arguments arguments, CancellationToken cancellationToken)
    {
        var corpus = new Corpus(Records);
        var passes = arguments.IsShort ? 1 : 5;
        var folder = Directory.CreateTempSubdirectory("typedcdc-delivery-");
        try
        {
            var file = Path.Combine(folder.FullName, "events.jsonl");
            await using (var stream = File.Create(file))
            {
                for (var pass = 0; pass < passes; pass++)
                {
                    foreach (var record in corpus.Records)
                    {
                        await stream.WriteAsync(record, cancellationToken);
                        stream.WriteByte((byte)'\n');
                    }
                }
            }

            Way[] ways =
            [
                new("Utf8JsonReader, tokens only", false, () => Task.FromResult(DeliveryWays.WalkTokens(corpus, passes))),
                new("AWS SDK: attribute map, document, class, a loop", true, () => DeliveryWays.UseAwsSdkAsync(corpus, passes)),
                new("decoding alone: CdcRecord.Decode", true, () => Task.FromResult(DeliveryWays.DecodeOnly(corpus, passes))),
                new("decoding alone: CdcRecord.View", true, () => Task.FromResult(DeliveryWays.ViewOnly(corpus, passes))),
                new("engine, view handler", true, () => DeliveryWays.DeliverAsync((cdc, _) => cdc.From(new CorpusSource(corpus, passes)).HandleViews<DeliveryCustomer.View, InPlace>())),
                new("engine, batch handler", true, () => DeliveryWays.DeliverAsync((cdc, _) => cdc.From(new CorpusSource(corpus, passes)).HandleBatch<DeliveryCustomer, InBatches>())),
                new("engine, handler, a scope each", true, () => DeliveryWays.DeliverAsync((cdc, _) => cdc.From(new CorpusSource(corpus, passes)).Handle<DeliveryCustomer, OneByOne>())),
                new("engine, sink that looks at nothing", false, () => DeliveryWays.DeliverAsync((cdc, sum) => cdc.From(new CorpusSource(corpus, passes)).To(new Untouched(sum)))),
                new("file source, engine, view handler", true, () => DeliveryWays.DeliverAsync((cdc, _) => cdc.FromFiles(file).HandleViews<DeliveryCustomer.View, InPlace>())),
                new("file source, engine, handler", true, () => DeliveryWays.DeliverAsync((cdc, _) => cdc.FromFiles(file).Handle<DeliveryCustomer, OneByOne>())),
            ];

            // Turn by turn, so that what else the machine does hits all of them.
            for (var sample = -1; sample < (arguments.IsShort ? 1 : 7); sample++)
            {
                foreach (var way in ways)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await way.SampleAsync(Records * passes, isWarmUp: sample < 0);
                }
            }

            var walk = ways[0];
            var table = new BenchmarkTable(
                $"Delivery: {Records * passes:N0} changes of {corpus.Bytes / Records} bytes; events a second of processor time ÷ the token walk's",
                "way", "ratio", "ns an event", "B an event");
            foreach (var way in ways)
            {
                table.Add(way.Name, walk.Nanoseconds.Median / way.Nanoseconds.Median, way.Nanoseconds.Median, way.Bytes.Median);
            }

            report.Add(table);
            var checksums = ways.Where(static way => way.IsChecked).Select(static way => way.Checksum).Distinct().ToArray();
            if (checksums.Length != 1)
            {
                await Console.Error.WriteLineAsync($"The ways did not see the same: {string.Join(", ", checksums)}.");
                return 1;
            }

            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Way(string name, bool isChecked, Func<Task<long>> run)
    {
        public string Name => name;

        public bool IsChecked => isChecked;

        public long Checksum { get; private set; }

        public Samples Nanoseconds { get; } = new();

        public Samples Bytes { get; } = new();

        public async Task SampleAsync(int events, bool isWarmUp)
        {
            GC.Collect();
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var started = Environment.CpuUsage.TotalTime;
            Checksum = await run();
            var time = Environment.CpuUsage.TotalTime - started;
            if (!isWarmUp)
            {
                Nanoseconds.Add(time.TotalNanoseconds / events);
                Bytes.Add((GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)events);
            }
        }
    }
}
