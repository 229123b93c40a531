// What things cost, as ratios against peers measured in the same run. A suite is a folder with one class of IBenchmarkSuite; it is found by itself.
using TypedCdc.Benchmarks.Harness;

var arguments = Arguments.Parse(args);
var suites = typeof(Arguments).Assembly.GetTypes()
    .Where(static type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IBenchmarkSuite)))
    .Select(static type => (IBenchmarkSuite)Activator.CreateInstance(type)!)
    .OrderBy(static suite => suite.Name, StringComparer.Ordinal)
    .ToList();
if (arguments.IsHelp)
{
    Console.WriteLine(Arguments.Usage);
    Console.WriteLine("\nSuites:");
    suites.ForEach(static suite => Console.WriteLine($"  {suite.Name,-12} {suite.About}"));
    return 0;
}

var chosen = suites.Where(suite => arguments.Filters.Count == 0 || arguments.Filters.Contains(suite.Name, StringComparer.OrdinalIgnoreCase)).ToList();
if (chosen.Count == 0)
{
    await Console.Error.WriteLineAsync($"There is no such suite. There are: {string.Join(", ", suites.Select(static suite => suite.Name))}.");
    return 2;
}

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancellation.Cancel();
};
var report = new BenchmarkReport(Console.Out);
var exitCode = 0;
foreach (var suite in chosen)
{
    exitCode = Math.Max(exitCode, await suite.RunAsync(report, arguments, cancellation.Token));
}

if (arguments.JsonFile is { } file && report.HasTables)
{
    await report.WriteJsonAsync(file);
}

return exitCode;
