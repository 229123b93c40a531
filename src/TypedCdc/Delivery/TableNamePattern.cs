namespace TypedCdc.Delivery;

/// <summary>A table name, exact or with <c>*</c> for any characters. DynamoDB's names hold letters, digits and <c>_ - .</c>, never a star.</summary>
internal readonly struct TableNamePattern(string pattern)
{
    private readonly string[] _parts = pattern.Split('*');

    internal string Text { get; } = pattern;

    /// <summary>How many characters are fixed: the pattern with more is the closer match.</summary>
    internal int FixedLength => _parts.Sum(part => part.Length);

    internal bool IsExact => _parts.Length == 1;

    internal bool Matches(string tableName)
    {
        if (IsExact)
        {
            return string.Equals(tableName, _parts[0], StringComparison.Ordinal);
        }

        if (tableName.Length < FixedLength
            || !tableName.StartsWith(_parts[0], StringComparison.Ordinal)
            || !tableName.EndsWith(_parts[^1], StringComparison.Ordinal))
        {
            return false;
        }

        // The parts between the stars, each at its first place behind the one before: greedy is right for stars only.
        var rest = tableName.AsSpan(_parts[0].Length, tableName.Length - _parts[0].Length - _parts[^1].Length);
        for (var index = 1; index < _parts.Length - 1; index++)
        {
            var at = rest.IndexOf(_parts[index], StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + _parts[index].Length)..];
        }

        return true;
    }
}
