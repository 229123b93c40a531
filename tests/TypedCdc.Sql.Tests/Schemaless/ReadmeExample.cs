namespace TypedCdc.Sql.Tests.Schemaless;

// What src/TypedCdc.Sql/README.md shows.
internal static class ReadmeExample
{
    public static void Configure(CdcBuilder cdc, string path)
    {
        cdc.ToSqlite(path, tables => tables
            .Add<Customer>()                                // a model's table goes before every pattern
            .AddDocuments("orders*")                        // key + one JSON document, {"total":12.5}
            .AddDocuments("audit", table => table.Format = DocumentFormat.Typed) // {"total":{"N":"12.5"}}
            .AddColumns("carts", table =>                   // a text column an attribute
            {
                table.Keys("id", "at");                     // partition key first
                table.HasDistKey = true;                    // and the key joined in one column
            }));
    }
}
