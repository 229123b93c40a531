namespace TypedCdc;

/// <summary>How items are kept with one text column an attribute.</summary>
public sealed class ColumnTableOptions : SchemalessTableOptions
{
    internal ColumnTableOptions()
    {
    }

    /// <summary>
    /// Adds a text column <c>dist_key</c> that holds the whole key in one: the values of the key's columns joined by <c>|</c>, with <c>\</c> before a <c>|</c> or <c>\</c> of
    /// their own. Warehouses distribute and join by one column. The default value is false.
    /// </summary>
    public bool HasDistKey { get; set; }
}
