using System.Globalization;
using System.Runtime.CompilerServices;

// Compiled into every test project. tests/run.sh repeats the suites under other cultures and time zones; this takes them from the
// environment before the first test runs, and refuses to go on where the machine does not know them: a run that only claims de-DE proves nothing.
internal static class TestEnvironment
{
    [ModuleInitializer]
    internal static void Apply()
    {
        // No test may reach for an instance's credentials, and none needs real ones.
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
        Environment.SetEnvironmentVariable("AWS_REGION", "us-east-1");

        if (Environment.GetEnvironmentVariable("TYPEDCDC_TEST_CULTURE") is { Length: > 0 } name)
        {
            var culture = CultureInfo.GetCultureInfo(name);
            if (culture.NumberFormat.NumberDecimalSeparator != ",")
                throw new InvalidOperationException($"The culture {name} is not known here (no ICU, or invariant globalization): its decimal separator is not a comma.");
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
            CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = culture;
        }

        if (Environment.GetEnvironmentVariable("TZ") is { Length: > 0 } zone && TimeZoneInfo.Local.Id != zone)
            throw new InvalidOperationException($"The time zone {zone} is not known here: the local one is {TimeZoneInfo.Local.Id}.");
    }
}
