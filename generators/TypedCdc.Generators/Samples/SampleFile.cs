// One sample file, read as far as the limits go. Equal text gives an equal result, so the compiler keeps it between edits.
using System.Collections.Generic;
using Microsoft.CodeAnalysis.Text;

namespace TypedCdc.Generators.Samples;

/// <summary>A record that could not be read.</summary>
/// <param name="Position">Where in the text.</param>
/// <param name="Message">What is wrong, as the rest of a sentence.</param>
internal sealed record SampleFault(int Position, string Message);

/// <summary>What a sample file holds.</summary>
internal sealed class SampleFile
{
    /// <summary>Records that are read of one file.</summary>
    public const int MaximumRecords = 1000;

    /// <summary>Characters that are read of one file, up to the end of the record that passes them: 1 MB of the ASCII that DynamoDB JSON mostly is.</summary>
    public const int MaximumLength = 1024 * 1024;

    /// <summary>A file with more characters is not read at all: 8 MB.</summary>
    public const int MaximumFileLength = 8 * 1024 * 1024;

    // A file of something else would give a warning a line.
    private const int MaximumFaults = 10;

    private readonly List<SampleImage> _images = [];
    private readonly List<SampleFault> _faults = [];

    public IReadOnlyList<SampleImage> Images => _images;

    public IReadOnlyList<SampleFault> Faults => _faults;

    /// <summary>How many records were read, broken ones included.</summary>
    public int Records { get; private set; }

    /// <summary>Where reading stopped with text left; null where all of it was read.</summary>
    public int? StoppedAt { get; private set; }

    /// <summary>The file is over <see cref="MaximumFileLength"/> and was not read.</summary>
    public bool IsTooLarge { get; private init; }

    public static SampleFile Read(SourceText source)
    {
        if (source.Length > MaximumFileLength)
        {
            return new() { IsTooLarge = true };
        }

        var file = new SampleFile();
        file.Read(source.ToString());
        return file;
    }

    private void Read(string text)
    {
        var reader = new SampleJsonReader(text);
        while (StoppedAt is null && reader.MoveToValue())
        {
            var start = reader.Position;
            if (IsFull(start))
            {
                return;
            }

            try
            {
                Add(reader.Read());
            }
            catch (SampleJsonException exception)
            {
                Records++;
                reader.Position = FindNextRecord(text, start);
                _faults.Add(new(System.Math.Min(exception.Position, LastCharacterBefore(text, start, reader.Position)), exception.Message));
            }
        }
    }

    private void Add(SampleJson json)
    {
        foreach (var record in SampleRecord.Unwrap(json))
        {
            if (IsFull(record.Start))
            {
                return;
            }

            Records++;
            try
            {
                _images.AddRange(SampleRecord.Read(record));
            }
            catch (SampleJsonException exception)
            {
                _faults.Add(new(exception.Position, exception.Message));
            }
        }
    }

    private bool IsFull(int position)
    {
        if (Records < MaximumRecords && position < MaximumLength && _faults.Count < MaximumFaults)
        {
            return false;
        }

        StoppedAt = position;
        return true;
    }

    /// <summary>Behind a record that is not JSON: the next line that begins with an object. A line of a pretty-printed record does not, unless it is its first.</summary>
    private static int FindNextRecord(string text, int start)
    {
        for (var i = text.IndexOf('\n', start); i >= 0; i = text.IndexOf('\n', i + 1))
        {
            if (i + 1 < text.Length && text[i + 1] == '{')
            {
                return i + 1;
            }
        }

        return text.Length;
    }

    private static int LastCharacterBefore(string text, int start, int next)
    {
        var last = next - 1;
        while (last > start && char.IsWhiteSpace(text[last]))
        {
            last--;
        }

        return last;
    }
}
