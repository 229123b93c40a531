using System.Buffers;

namespace TypedCdc.JsonLines;

/// <summary>Appends changes to a file of JSON lines: one write and one flush to the disk a batch.</summary>
internal sealed class JsonLinesSink(string path, JsonLinesOptions options) : ISink, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1); // one writer at a time
    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly LineFile _file = new(Path.GetFullPath(path));
    private TimeProvider _time = TimeProvider.System;
    private ChangeLine? _line;
    private DateOnly _day;

    /// <summary>For tests: called before each change of the file system, with its name.</summary>
    internal Action<string>? BeforeStep
    {
        init => _file = new(Path.GetFullPath(path)) { BeforeStep = value };
    }

    public ValueTask StartAsync(SinkContext context, CancellationToken cancellationToken)
    {
        _time = context.TimeProvider;
        _line = new(options, context.Tables);

        // Repairs what a crash left behind before a reader or a new line comes upon it.
        _day = _file.Length > 0 ? DateOnly.FromDateTime(_file.LastWrite) : Today();
        return default;
    }

    public async ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
    {
        var line = _line ?? throw new InvalidOperationException("The sink has not been started.");
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _lines.ResetWrittenCount();
            var rejected = new List<RejectedRecord>();
            for (var i = 0; i < records.Count; i++)
            {
                try
                {
                    line.Write(_lines, records[i]);
                }
                catch (CdcDecodeException error)
                {
                    rejected.Add(new(i, error));
                }
            }

            if (_lines.WrittenCount > 0)
            {
                PutAsideWhenDue();
                await _file.AppendAsync(_lines.WrittenMemory);
            }

            if (rejected.Count > 0)
            {
                throw new RejectedRecordsException(rejected);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _gate.Dispose();
    }

    private void PutAsideWhenDue()
    {
        var today = Today();
        var isNewDay = options.RollDaily && today != _day;
        if (_file.Length > 0 && (isNewDay || _file.Length >= options.MaximumFileBytes))
        {
            _file.PutAside(_time.GetUtcNow());
        }

        _day = today;
    }

    private DateOnly Today() => DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
}
