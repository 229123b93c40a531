using System.Globalization;

namespace TypedCdc.Tests.Decoding;

/// <summary>The events that were captured from real streams, in every culture that has broken a peer.</summary>
public sealed class CapturedEventsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    public void Captured_events_decode(string culture)
    {
        var previous = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            var modified = Assert.IsType<Modified<Customer>>(Records.Decode<Customer>(Records.Captured[0]));
            Assert.Equal(new Customer { UserId = 8, FirstName = "gX8fQ2n", LastName = "gX8fQ2n", Phone = 8 }, modified.After);
            Assert.Equal(new Customer { UserId = 8, FirstName = "K2zqYSK", LastName = "K2zqYSK", Phone = 8 }, modified.Before);
            Assert.Equal(1667565639982_000, (modified.Timestamp - DateTimeOffset.UnixEpoch).Ticks / 10);
            Assert.Equal("hubert_dynamocdc", modified.TableName);
            Assert.Equal("us-west-2", modified.Region);
            Assert.Equal("d3ed405e-420b-4601-8aaf-bda773a16d86", modified.EventId);
            Assert.Equal(104, modified.SizeBytes);
            Assert.Null(modified.UserIdentity);
            Assert.False(modified.IsTimeToLive);
            Assert.Equal(["first_name", "last_name"], Names(modified));

            var inserted = Assert.IsType<Inserted<SensorReading>>(Records.Decode<SensorReading>(Records.Captured[1]));
            Assert.Equal(new SensorReading("qux", "2024-07-12T01:17:42", 42.42m, 84.84m), inserted.After);
            Assert.Equal(1720740233012995, (inserted.Timestamp - DateTimeOffset.UnixEpoch).Ticks / 10);

            var second = Assert.IsType<Modified<SensorReading>>(Records.Decode<SensorReading>(Records.Captured[2]));
            Assert.Equal(55.66m, second.After.Temperature);
            Assert.Equal(42.42m, second.Before.Temperature);
            Assert.Equal(["temperature"], Names(second));

            var removed = Assert.IsType<Removed<SensorReading>>(Records.Decode<SensorReading>(Records.Captured[3]));
            Assert.Equal(55.66m, removed.Before.Temperature);
            Assert.True(removed.HasChanged(new AttributeName<SensorReading>(0, "device")));
        }
        finally
        {
            CultureInfo.CurrentCulture = previous;
        }
    }

    private static List<string> Names<T>(Change<T> change)
    {
        var names = new List<string>();
        foreach (var attribute in change.Changes)
        {
            names.Add(attribute.Name);
        }

        return names;
    }
}
