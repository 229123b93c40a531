using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TypedCdc.Benchmarks.Harness;

namespace TypedCdc.Benchmarks.Lambda;

/// <summary>A function's cold start: from the start of its process to its first answer, published in the ways that Lambda takes.</summary>
internal sealed class LambdaSuite : IBenchmarkSuite
{
    private static readonly (string Name, string[] Options)[] Ways =
    [
        ("native AOT", []), // as the sample does
        ("self-contained", ["--self-contained", "-p:PublishAot=false"]),
        ("framework-dependent", ["--no-self-contained", "-p:PublishAot=false"]),
    ];

    public string Name => "lambda";

    public string About => "cold start of samples/Lambda: from the start of the process to the first answer";

    public async Task<int> RunAsync(BenchmarkReport report, Arguments arguments, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("typedcdc-lambda-");
        try
        {
            var ways = new List<Way>();
            foreach (var (name, options) in Ways)
            {
                Console.Error.WriteLine($"publishing: {name}");
                var output = Path.Combine(folder.FullName, name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-'));
                ways.Add(new(name, output, await PublishAsync(output, options, cancellationToken)));
            }

            // Turn by turn, so that what else the machine does hits all of them.
            for (var sample = 0; sample < (arguments.IsShort ? 1 : 15); sample++)
            {
                foreach (var way in ways.Where(static way => way.Fault is null))
                {
                    await MeasureAsync(way, cancellationToken);
                }
            }

            var table = new BenchmarkTable(
                "Cold start of a Lambda function, milliseconds on this machine (medians)", "published", "to the first answer", "÷ framework-dependent", "processor time", "MiB on disk");
            var peer = ways[^1].Elapsed.Median;
            foreach (var way in ways)
            {
                if (way.Fault is not null)
                {
                    Console.Error.WriteLine($"{way.Name} cannot be published on this machine: {way.Fault}");
                    continue;
                }

                var size = Directory.EnumerateFiles(way.Folder, "*", SearchOption.AllDirectories).Sum(static file => new FileInfo(file).Length) / 1048576.0;
                table.Add(way.Name, way.Elapsed.Median, way.Elapsed.Median / peer, way.Processor.Median, size);
            }

            report.Add(table);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <returns>Null, or why it failed.</returns>
    private static async Task<string?> PublishAsync(string output, string[] options, CancellationToken cancellationToken)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "TypedCdc.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The benchmark runs outside the repository.");
        }

        // Intermediate files of its own: a published project is restored for another runtime than a built one.
        var start = new ProcessStartInfo("dotnet",
        [
            "publish", Path.Combine(root.FullName, "samples", "Lambda"), "-c", "Release", "-r", "linux-x64", "-o", output, "-v", "q", "-nologo",
            "--artifacts-path", output + ".artifacts", .. options,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? null : (await text + await error).Split('\n').FirstOrDefault(static line => line.Contains("error", StringComparison.Ordinal)) ?? "dotnet publish failed";
    }

    private static async Task MeasureAsync(Way way, CancellationToken cancellationToken)
    {
        using var api = new OneEventApi();
        var start = File.Exists(Path.Combine(way.Folder, "bootstrap")) ? new ProcessStartInfo(Path.Combine(way.Folder, "bootstrap")) : new("dotnet", [Path.Combine(way.Folder, "bootstrap.dll")]);
        start.UseShellExecute = false;
        start.RedirectStandardError = true;
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = api.Endpoint;
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var log = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            var answer = await api.AnswerAsync(cancellationToken).WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
            way.Elapsed.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            process.Refresh();
            way.Processor.Add(process.TotalProcessorTime.TotalMilliseconds);
            if (answer != """{"batchItemFailures":[]}""")
            {
                throw new InvalidOperationException($"The function answered {answer}.");
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        if (!(await log).Contains("Welcome, customer 8", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The function's handler did not run.");
        }
    }

    private sealed record Way(string Name, string Folder, string? Fault)
    {
        public Samples Elapsed { get; } = new();

        public Samples Processor { get; } = new();
    }

    /// <summary>Lambda's runtime API for one event, on a bare socket: nothing of it is waiting to be compiled when the clock runs.</summary>
    private sealed class OneEventApi : IDisposable
    {
        private const string Record = """
            {"awsRegion":"us-west-2","eventID":"d3ed405e-420b-4601-8aaf-bda773a16d86","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"customers","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"userid":{"N":"8"}},"NewImage":{"first_name":{"S":"Ada"},"userid":{"N":"8"}},"SizeBytes":104},"eventSource":"aws:dynamodb"}
            """;

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private TcpClient? _client;

        public OneEventApi() => _listener.Start();

        public string Endpoint => _listener.LocalEndpoint.ToString()!;

        /// <summary>Gives the event to who asks for one, and returns what comes back.</summary>
        public async Task<string> AnswerAsync(CancellationToken cancellationToken)
        {
            var json = $$$"""
                {"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"8","sequenceNumber":"49590338271490256608559692538361571095921575989136588898","data":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(Record))}}}","approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"shardId-000000000006:49590338271490256608559692538361571095921575989136588898","eventName":"aws:kinesis:record","awsRegion":"us-east-2","eventSourceARN":"arn:aws:kinesis:us-east-2:123456789012:stream/changes"}]}
                """;
            // Open until this is disposed: a function whose connection ends exits, and its processor time with it.
            _client = await _listener.AcceptTcpClientAsync(cancellationToken);
            var stream = _client.GetStream();
            await RequestAsync(stream, cancellationToken);
            var deadline = DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds();
            await stream.WriteAsync(
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                    $"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 1\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}")),
                cancellationToken);
            return await RequestAsync(stream, cancellationToken);
        }

        public void Dispose()
        {
            _client?.Dispose();
            _listener.Dispose();
        }

        private static async Task<string> RequestAsync(NetworkStream stream, CancellationToken cancellationToken)
        {
            var buffer = new byte[65536];
            var length = 0;
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                {
                    throw new IOException("The function closed the connection.");
                }

                length += read;
                var text = Encoding.UTF8.GetString(buffer, 0, length);
                var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (end < 0)
                {
                    continue;
                }

                // A body is of the stated length, or in one chunk.
                var body = text[(end + 4)..];
                var stated = text[..end].Split("\r\n").FirstOrDefault(static line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
                if (stated is not null && body.Length >= int.Parse(stated.AsSpan(15), CultureInfo.InvariantCulture))
                {
                    return body;
                }

                if (stated is null && !text.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase))
                {
                    return body;
                }

                if (stated is null && body.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
                {
                    return body.Split("\r\n")[1];
                }
            }
        }
    }
}
