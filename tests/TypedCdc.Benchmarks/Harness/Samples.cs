namespace TypedCdc.Benchmarks.Harness;

/// <summary>Measured values of one thing, of which the middle counts: a shared machine makes single ones meaningless.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public void Add(double value) => _values.Add(value);

    /// <summary>Half of the values are smaller.</summary>
    public double Median => Percentile(0.5);

    /// <summary>A tenth of the values are smaller.</summary>
    public double P10 => Percentile(0.1);

    private double Percentile(double part)
    {
        var sorted = _values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[(int)(part * (sorted.Length - 1))];
    }
}
