namespace TypedCdc.Benchmarks.Harness;

/// <summary>One table of a report.</summary>
/// <param name="title">What it shows, and in which unit.</param>
/// <param name="columns">Their headers.</param>
internal sealed class BenchmarkTable(string title, params string[] columns)
{
    private readonly List<object[]> _rows = [];

    public string Title { get; } = title;

    public string[] Columns { get; } = columns;

    public IReadOnlyList<object[]> Rows => _rows;

    /// <summary>Adds a row: text, integers, or numbers as <see cref="double"/>.</summary>
    public void Add(params object[] cells) =>
        _rows.Add(cells.Length == Columns.Length ? cells : throw new ArgumentException($"The table has {Columns.Length} columns.", nameof(cells)));
}
