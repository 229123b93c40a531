using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TypedCdc.Sql.Tests;

/// <summary>The sums of what the sinks' meter measures while it is there, for one database and one thread's flow of control.</summary>
internal sealed class MetricSums : IDisposable
{
    private static readonly AsyncLocal<MetricSums?> Current = new();

    private readonly MeterListener _listener = new();
    private readonly bool _isAlone;
    private readonly ConcurrentDictionary<string, double> _sums = new(StringComparer.Ordinal);

    /// <param name="database">The database's name in the tags.</param>
    /// <param name="isAlone">Whether no other test runs beside: then what a host's own threads measure is counted too.</param>
    public MetricSums(string database, bool isAlone = false)
    {
        _isAlone = isAlone;
        // Other tests run beside: what they measure flows with their own calls.
        Current.Value = this;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == CdcDiagnostics.MeterName && instrument.Name.StartsWith("cdc.sink.", StringComparison.Ordinal))
            {
                Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags, database));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags, database));
        _listener.Start();
    }

    /// <summary>The sum of an instrument, or, as <c>instrument/path</c>, of one of its ways; 0 where it measured nothing.</summary>
    public double this[string instrument] => _sums.GetValueOrDefault(instrument);

    /// <summary>The instruments that there are.</summary>
    public ConcurrentBag<Instrument> Instruments { get; } = [];

    public void Dispose()
    {
        Current.Value = null;
        _listener.Dispose();
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, string database)
    {
        if (_isAlone || Current.Value == this)
        {
            Assert.Contains(new KeyValuePair<string, object?>("db.system.name", database), tags.ToArray());
            _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            foreach (var tag in tags)
            {
                if (tag.Key == "cdc.sink.path")
                {
                    _sums.AddOrUpdate($"{instrument.Name}/{tag.Value}", value, (_, sum) => sum + value);
                }
            }
        }
    }
}
