namespace TypedCdc.Sql.Ports;

/// <summary>One statement with the values of its parameters.</summary>
/// <param name="Text">The SQL.</param>
/// <param name="Parameters">
/// In the order of their numbers: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, <c>byte[]</c>, or what
/// <see cref="SqlDialect.ToParameter"/> makes of them.
/// </param>
/// <param name="ReturnsRows">Whether <see cref="SqlAnswer.Rows"/> is asked for.</param>
public sealed record SqlStatement(string Text, IReadOnlyList<object?> Parameters, bool ReturnsRows = false)
{
    /// <summary>A statement without parameters.</summary>
    public SqlStatement(string text)
        : this(text, [])
    {
    }

    /// <summary>The text alone: values stay out of logs and exceptions.</summary>
    public override string ToString() => Text;
}
