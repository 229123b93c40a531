return await TypedCdc.Benchmarks.Sinks.SinkBenchmarks.RunAsync(args);
