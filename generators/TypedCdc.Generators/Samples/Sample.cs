// A sample file with its place in the project: what messages point at.
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace TypedCdc.Generators.Samples;

/// <summary>A sample file of the project.</summary>
/// <param name="Path">The file.</param>
/// <param name="Text">Its text.</param>
/// <param name="Table">The table that the project names for it; null where the records name theirs.</param>
/// <param name="File">What is in it.</param>
internal sealed record Sample(string Path, SourceText Text, string? Table, SampleFile File)
{
    /// <summary>The table of an image: what the project says goes before what the record says.</summary>
    public string? TableOf(SampleImage image) => Table ?? image.Table;

    /// <summary>A place in the file: the rest of its line from there.</summary>
    public Location LocationOf(int position)
    {
        var line = Text.Lines.GetLineFromPosition(position);
        var span = TextSpan.FromBounds(position, System.Math.Max(position, line.End));
        return Location.Create(Path, span, Text.Lines.GetLinePositionSpan(span));
    }
}

/// <summary>A place in a sample file.</summary>
internal sealed record SamplePlace(Sample Sample, int Position)
{
    /// <summary><c>customers.jsonl, line 12</c>. Never the value that stands there: samples may be real data.</summary>
    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture, "{0}, line {1}", System.IO.Path.GetFileName(Sample.Path), Sample.Text.Lines.GetLinePosition(Position).Line + 1);
}
