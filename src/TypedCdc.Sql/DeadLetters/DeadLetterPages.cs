using System.Runtime.CompilerServices;
using TypedCdc.DeadLetters;

namespace TypedCdc.Sql;

/// <summary>Reads a table of dead letters: shard by shard, a parent before its children, each in its order, some rows at a time.</summary>
/// <param name="statements">The table's statements.</param>
internal sealed class DeadLetterPages(DeadLetterStatements statements)
{
    /// <summary>How many rows one page has: records are up to 10 MiB, and nobody is to hold many of them.</summary>
    internal const int PageRows = 100;

    /// <summary>Asks for the stream and the shard of each shard, with text parameters.</summary>
    internal required Func<string, List<string>, CancellationToken, ValueTask<List<(string? Stream, string? Shard)>>> ReadShards { get; init; }

    /// <summary>Asks for one page, with text parameters.</summary>
    internal required Func<string, List<string>, CancellationToken, ValueTask<List<StoredDeadLetter>>> ReadPage { get; init; }

    internal async IAsyncEnumerable<StoredDeadLetter> ReadAsync(DeadLetterQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var values = new List<string>();
        foreach (var (stream, shard) in await ReadShards(statements.Shards(query, values), values, cancellationToken))
        {
            (string, string)? last = null;
            List<StoredDeadLetter> page;
            do
            {
                values = [];
                page = await ReadPage(statements.Page(query, stream, shard, last, PageRows, values), values, cancellationToken);
                foreach (var letter in page)
                {
                    yield return letter;
                }

                last = page.Count == 0 ? null : (DeadLetterRow.OrderOf(page[^1].Letter.Position.SequenceNumber), page[^1].Id);
            }
            while (page.Count == PageRows);
        }
    }
}
