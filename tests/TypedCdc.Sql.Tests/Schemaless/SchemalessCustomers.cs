namespace TypedCdc.Sql.Tests.Schemaless;

/// <summary>The customers of <see cref="History"/> in a table without a model.</summary>
internal static class SchemalessCustomers
{
    /// <summary>What the view must show: key, name and number as text. The balance, whose zeros at the end go, is left out.</summary>
    public static IEnumerable<string> Expect(IEnumerable<History.Event> delivery) => ToText(History.Expect(delivery));

    /// <summary>The same of what <see cref="History.Expect"/> gave.</summary>
    public static IEnumerable<string> ToText(string expected) => expected.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line =>
    {
        var values = line.Split('|').Select(static typed => typed == "null:NULL" ? "∅" : typed[(typed.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim('\'')).ToList();
        return $"{values[0]}|{values[1]}|{values[3]}";
    }).Order(StringComparer.Ordinal);

    public static async Task<IEnumerable<string>> RowsAsync(ISchemalessDatabase database) =>
        (await database.RowsAsync("SELECT CAST(userid AS text), first_name, phone FROM customers")).Order(StringComparer.Ordinal);
}
