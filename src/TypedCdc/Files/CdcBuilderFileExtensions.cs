using TypedCdc.Files;

namespace TypedCdc;

/// <summary>Reads changes from files.</summary>
public static class CdcBuilderFileExtensions
{
    /// <summary>
    /// Reads the files of a pattern, in the order of their paths: change records one a line or one behind the other, plain or gzip (known by its first bytes, not by its name),
    /// Lambda events, GetRecords answers and DynamoDB exports.
    /// </summary>
    /// <param name="cdc">The builder.</param>
    /// <param name="pattern">A path; <c>*</c> and <c>?</c> stand for characters of a name, <c>**</c> for any directories.</param>
    /// <param name="configure">Sets options.</param>
    public static CdcBuilder FromFiles(this CdcBuilder cdc, string pattern, Action<FileSourceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        return cdc.AddSource(_ =>
        {
            var options = new FileSourceOptions();
            configure?.Invoke(options);
            return new FileSource(pattern, options);
        });
    }
}
