namespace TypedCdc.Sql;

/// <summary>One change as a row of a history.</summary>
/// <param name="Record">The record's index in the write.</param>
/// <param name="Keys">The key's values, as long, double, string, TimeSpan or byte[].</param>
/// <param name="Values">The other columns' values in their order, as long, string, bool or null.</param>
internal sealed record HistoryRow(int Record, object[] Keys, object?[] Values)
{
    /// <summary>
    /// Orders rows so that two writers with the same records never wait for each other in a circle. Any order will do that does not depend on the database.
    /// </summary>
    public static int Compare(HistoryRow left, HistoryRow right)
    {
        // Time, stream, shard, position.
        var order = ((long)left.Values[0]!).CompareTo((long)right.Values[0]!);
        for (var i = 1; order == 0 && i < 4; i++)
        {
            order = string.CompareOrdinal((string)left.Values[i]!, (string)right.Values[i]!);
        }

        return order;
    }
}
