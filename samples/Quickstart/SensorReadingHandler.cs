using TypedCdc;

namespace Quickstart;

public sealed class SensorReadingHandler(ChangeLog log) : ChangeHandler<SensorReading>
{
    public override ValueTask OnInsertedAsync(Inserted<SensorReading> change, CancellationToken cancellationToken)
    {
        log.Insert($"reading {change.Key.Device} {change.Key.Timestamp}", ("humidity", change.After.Humidity), ("temperature", change.After.Temperature));
        return default;
    }

    public override ValueTask OnModifiedAsync(Modified<SensorReading> change, CancellationToken cancellationToken)
    {
        log.Modify(
            $"reading {change.Key.Device} {change.Key.Timestamp}",
            ("humidity", change.HasChanged(SensorReading.Attributes.Humidity), Before(change)?.Humidity, change.After.Humidity),
            ("temperature", change.HasChanged(SensorReading.Attributes.Temperature), Before(change)?.Temperature, change.After.Temperature));
        return default;
    }

    public override ValueTask OnRemovedAsync(Removed<SensorReading> change, CancellationToken cancellationToken)
    {
        log.Remove($"reading {change.Key.Device} {change.Key.Timestamp}", change.IsTimeToLive ? "its time to live ran out" : null);
        return default;
    }

    // An old image that does not fit the model, or is not there, does not fail the change.
    private static SensorReading? Before(Modified<SensorReading> change) => change.HasBefore ? change.Before : null;
}
