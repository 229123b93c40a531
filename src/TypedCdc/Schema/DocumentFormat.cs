namespace TypedCdc;

/// <summary>How items are written as JSON where no model says what their attributes become.</summary>
public enum DocumentFormat
{
    /// <summary>
    /// Plain JSON under DynamoDB's names, <c>{"zip":8000,"tags":["a","b"]}</c>: numbers with all their digits, binaries as base64, sets as sorted lists. For reading and
    /// querying; text and binary, list and set are no longer told apart.
    /// </summary>
    Plain,

    /// <summary>DynamoDB's own JSON, <c>{"zip":{"N":"8000"},"tags":{"SS":["a","b"]}}</c>: nothing is lost.</summary>
    Typed,
}
