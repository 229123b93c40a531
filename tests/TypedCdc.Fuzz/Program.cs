// Differential fuzzing of the decoder's fast path, for as long as it is asked to. See README.md.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using TypedCdc.Benchmarks.Decoding;
using TypedCdc.Fuzz.Differential;

var mutations = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 10_000_000;
var seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : Environment.TickCount;
var shapes = args.Length > 2 ? args[2].Split(',') : FuzzShapes.Names;
Console.WriteLine($"seed {seed}; vectors of 512 bits {Vector512.IsHardwareAccelerated}, 256 {Vector256.IsHardwareAccelerated}, 128 {Vector128.IsHardwareAccelerated}");
const int Step = 10_000;
var faults = 0;
foreach (var shape in shapes)
{
    foreach (var order in Enum.GetValues<AttributeOrder>())
    {
        using var run = new FuzzRun(shape, order, seed);
        var clock = Stopwatch.StartNew();
        var share = mutations / 3;
        for (long done = 0; done < share; done += Step)
        {
            if (run.Run(Step) is { } difference)
            {
                faults++;
                Console.WriteLine($"{shape}, {order}: {difference}");
                break;
            }
        }

        Console.WriteLine($"{shape}, {order}: {share:N0} records, {run.Taken:N0} taken by the fast path, {clock.Elapsed.TotalSeconds:F0} s");
    }
}

return faults == 0 ? 0 : 1;
