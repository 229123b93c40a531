using System.Globalization;
using Microsoft.Extensions.Configuration;
using TypedCdc.Decoding;

namespace TypedCdc.Hosting;

/// <summary>
/// Reads the section <c>TypedCdc</c> of the host's configuration, by name and without reflection. What it says goes before what the code says: a deployment is changed without a
/// build. A name that means nothing is an error, and so is a value that does not fit: both say how to mend it.
/// </summary>
internal sealed class ConfigurationReader
{
    internal const string SectionName = "TypedCdc";

    // Of other packages; they read their own.
    private static readonly string[] Others = ["Files", "Kinesis", "DynamoDbStreams", "Scan", "Sql", "Sqlite", "Postgres", "CrateDb", "Redshift", "Lambda"];

    private readonly IConfigurationSection _section;

    internal ConfigurationReader(IConfiguration configuration) => _section = configuration.GetSection(SectionName);

    /// <summary>The file of dead letters; null where nothing is said.</summary>
    internal string? DeadLetterFile => Text(_section.GetSection("DeadLetters").GetSection("File"));

    internal void Apply(CdcOptions options)
    {
        Check(
            _section,
            [
                nameof(CdcOptions.Application), nameof(CdcOptions.TableNamePrefix), nameof(CdcOptions.MaximumInFlightBytes), nameof(CdcOptions.MaximumInFlightRecords),
                nameof(CdcOptions.DrainTimeout), nameof(CdcOptions.SourceDegradedAfter), nameof(CdcOptions.SourceUnhealthyAfter), nameof(CdcOptions.StopWhenSourcesEnd), nameof(CdcOptions.OnUnmapped), nameof(CdcOptions.EnableSensitiveData),
                nameof(CdcOptions.CircuitBreaker), "DeadLetters", "Tables", "Subscribers", .. Others,
            ]);
        Check(_section.GetSection("DeadLetters"), ["File"]);
        options.Application = Text(At(nameof(options.Application))) ?? options.Application;
        options.TableNamePrefix = At(nameof(options.TableNamePrefix)).Value ?? options.TableNamePrefix;
        options.MaximumInFlightBytes = Number<long>(At(nameof(options.MaximumInFlightBytes))) ?? options.MaximumInFlightBytes;
        options.MaximumInFlightRecords = Number<int>(At(nameof(options.MaximumInFlightRecords))) ?? options.MaximumInFlightRecords;
        options.DrainTimeout = Time(At(nameof(options.DrainTimeout))) ?? options.DrainTimeout;
        options.SourceDegradedAfter = Time(At(nameof(options.SourceDegradedAfter))) ?? options.SourceDegradedAfter;
        options.SourceUnhealthyAfter = Time(At(nameof(options.SourceUnhealthyAfter))) ?? options.SourceUnhealthyAfter;
        options.StopWhenSourcesEnd = Truth(At(nameof(options.StopWhenSourcesEnd))) ?? options.StopWhenSourcesEnd;
        options.OnUnmapped = Choice<UnmappedAttributes>(At(nameof(options.OnUnmapped))) ?? options.OnUnmapped;
        options.EnableSensitiveData = Truth(At(nameof(options.EnableSensitiveData))) ?? options.EnableSensitiveData;

        var breaker = At(nameof(options.CircuitBreaker));
        var limits = options.CircuitBreaker;
        Check(breaker, [nameof(limits.ConsecutiveDeadLetters), nameof(limits.DeadLetterRatio), nameof(limits.MinimumRecords), nameof(limits.Window)]);
        options.CircuitBreaker = limits with
        {
            ConsecutiveDeadLetters = OrNone(breaker.GetSection(nameof(limits.ConsecutiveDeadLetters)), Number<int>, limits.ConsecutiveDeadLetters),
            DeadLetterRatio = OrNone(breaker.GetSection(nameof(limits.DeadLetterRatio)), Number<double>, limits.DeadLetterRatio),
            MinimumRecords = Number<int>(breaker.GetSection(nameof(limits.MinimumRecords))) ?? limits.MinimumRecords,
            Window = Time(breaker.GetSection(nameof(limits.Window))) ?? limits.Window,
        };

        IConfigurationSection At(string name) => _section.GetSection(name);
    }

    /// <summary>The names that a model's table has, by the model's name: one, or a list.</summary>
    internal IReadOnlyList<string>? TableNames(CdcModel model)
    {
        var table = _section.GetSection("Tables").GetSection(model.ClrType.Name);
        var names = table.Value is { Length: > 0 } one ? [one] : table.GetChildren().Select(child => child.Value).OfType<string>().ToArray();
        return names.Length == 0 ? null : names;
    }

    /// <summary>Tables and subscribers that nobody registered are mistakes, too.</summary>
    internal void CheckNames(IEnumerable<CdcModel> models, IEnumerable<string> subscribers)
    {
        Check(_section.GetSection("Tables"), [.. models.Select(model => model.ClrType.Name)]);
        Check(_section.GetSection("Subscribers"), [.. subscribers]);
    }

    internal void Apply(string subscriber, HandlerOptions options)
    {
        var section = _section.GetSection("Subscribers").GetSection(subscriber);
        options.Concurrency = Number<int>(section.GetSection(nameof(options.Concurrency))) ?? options.Concurrency;
        if (options is BatchHandlerOptions batch)
        {
            Check(section, [nameof(batch.Concurrency), nameof(batch.MaximumBatchRecords), .. FailureNames]);
            batch.MaximumBatchRecords = Number<int>(section.GetSection(nameof(batch.MaximumBatchRecords))) ?? batch.MaximumBatchRecords;
        }
        else
        {
            Check(section, [nameof(options.Concurrency), .. FailureNames]);
        }

        Apply(section, options.Failure);
    }

    internal void Apply(string subscriber, SinkOptions options)
    {
        var section = _section.GetSection("Subscribers").GetSection(subscriber);
        Check(section, [nameof(options.Concurrency), nameof(options.MaximumBatchRecords), nameof(options.MaximumBatchBytes), .. FailureNames]);
        options.Concurrency = Number<int>(section.GetSection(nameof(options.Concurrency))) ?? options.Concurrency;
        options.MaximumBatchRecords = Number<int>(section.GetSection(nameof(options.MaximumBatchRecords))) ?? options.MaximumBatchRecords;
        options.MaximumBatchBytes = Number<int>(section.GetSection(nameof(options.MaximumBatchBytes))) ?? options.MaximumBatchBytes;
        Apply(section, options.Failure);
    }

    private static string[] FailureNames =>
        [nameof(FailureOptions.MaximumAttempts), nameof(FailureOptions.BaseDelay), nameof(FailureOptions.MaximumDelay), nameof(FailureOptions.OnPermanent)];

    private static void Apply(IConfigurationSection section, FailureOptions options)
    {
        options.MaximumAttempts = OrNone(section.GetSection(nameof(options.MaximumAttempts)), Number<int>, options.MaximumAttempts);
        options.BaseDelay = Time(section.GetSection(nameof(options.BaseDelay))) ?? options.BaseDelay;
        options.MaximumDelay = Time(section.GetSection(nameof(options.MaximumDelay))) ?? options.MaximumDelay;
        options.OnPermanent = Choice<FailureAction>(section.GetSection(nameof(options.OnPermanent))) ?? options.OnPermanent;
    }

    private static void Check(IConfigurationSection section, string[] known)
    {
        foreach (var child in section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new CdcConfigurationException(
                    $"'{child.Path}' in the configuration means nothing. {(known.Length == 0 ? "Nothing is expected there." : $"Known there: {string.Join(", ", known)}.")}");
            }
        }
    }

    private static string? Text(IConfigurationSection section) => section.Value is { Length: > 0 } text ? text : null;

    private static T? Number<T>(IConfigurationSection section)
        where T : struct, ISpanParsable<T> =>
        Text(section) is not { } text ? null
        : T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value
        : throw Misfit(section, typeof(T) == typeof(double) ? "a number such as 0.5" : "a whole number");

    private static TimeSpan? Time(IConfigurationSection section) =>
        Text(section) is not { } text ? null
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && text.Contains(':', StringComparison.Ordinal) ? value
        : throw Misfit(section, "a time such as 00:00:30");

    private static bool? Truth(IConfigurationSection section) =>
        Text(section) is not { } text ? null : bool.TryParse(text, out var value) ? value : throw Misfit(section, "true or false");

    private static TEnum? Choice<TEnum>(IConfigurationSection section)
        where TEnum : struct, Enum =>
        Text(section) is not { } text ? null
        : Enum.TryParse<TEnum>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) ? value
        : throw Misfit(section, $"one of {string.Join(", ", Enum.GetNames<TEnum>())}");

    /// <summary><c>none</c> takes a limit away.</summary>
    private static T? OrNone<T>(IConfigurationSection section, Func<IConfigurationSection, T?> read, T? otherwise)
        where T : struct =>
        string.Equals(section.Value, "none", StringComparison.OrdinalIgnoreCase) ? null : read(section) ?? otherwise;

    private static CdcConfigurationException Misfit(IConfigurationSection section, string expected) =>
        new($"'{section.Path}' in the configuration is '{section.Value}', but must be {expected}.");
}
