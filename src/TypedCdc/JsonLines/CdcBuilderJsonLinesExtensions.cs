using TypedCdc.JsonLines;

namespace TypedCdc;

/// <summary>Writes changes to files of JSON lines.</summary>
public static class CdcBuilderJsonLinesExtensions
{
    /// <summary>
    /// Appends every change to a file, one JSON object a line, on the disk before it counts as written. Takes records of tables without a model, too: an archive is of everything
    /// (<see cref="SinkOptions.AcceptUnknownTables"/> = false leaves them out).
    /// </summary>
    /// <param name="cdc">The pipeline.</param>
    /// <param name="path">The file, for its owner only (mode 0600); made with its directories.</param>
    /// <param name="options">Says what a line holds and when a new file is begun; null for the defaults.</param>
    /// <param name="configure">How the sink is fed; null for the defaults.</param>
    public static CdcBuilder ToJsonLines(this CdcBuilder cdc, string path, Action<JsonLinesOptions>? options = null, Action<SinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cdc);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var lines = new JsonLinesOptions();
        options?.Invoke(lines);
        lines.Validate();
        return cdc.AddSink(_ => new JsonLinesSink(path, lines), "JsonLines", sink =>
        {
            sink.Images = lines.Images;
            sink.AcceptUnknownTables = true;
            configure?.Invoke(sink);
        });
    }
}
