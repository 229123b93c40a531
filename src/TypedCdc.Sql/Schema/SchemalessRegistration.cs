using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace TypedCdc.Sql.Schema;

/// <summary>What a database remembers of a table without a model, in its table <c>cdc_schemaless</c>: what the catalogue does not say.</summary>
/// <param name="TableName">The DynamoDB table.</param>
/// <param name="Kind"><see cref="SchemalessRule.Kind"/>.</param>
/// <param name="Keys">The key.</param>
internal sealed record SchemalessRegistration(string TableName, string Kind, ImmutableArray<SchemalessKey> Keys)
{
    /// <summary>Makes the table; PostgreSQL and SQLite read it alike.</summary>
    public const string Create =
        "CREATE TABLE IF NOT EXISTS \"cdc_schemaless\" (\"name\" text NOT NULL PRIMARY KEY, \"table_name\" text NOT NULL, \"kind\" text NOT NULL, \"keys\" text NOT NULL)";

    /// <summary>What becomes of an old registration where the table is made: somebody has dropped the one that it was of.</summary>
    public const string Replace = "DO UPDATE SET \"table_name\" = excluded.\"table_name\", \"kind\" = excluded.\"kind\", \"keys\" = excluded.\"keys\"";

    /// <summary>The keys as the database keeps them: <c>[["id","N","id"]]</c>, name, kind, column.</summary>
    public string KeysText
    {
        get
        {
            var buffer = new ArrayBufferWriter<byte>();
            using var writer = new Utf8JsonWriter(buffer);
            writer.WriteStartArray();
            foreach (var key in Keys)
            {
                writer.WriteStartArray();
                writer.WriteStringValue(key.Name);
                writer.WriteStringValue(key.Kind.ToString());
                writer.WriteStringValue(key.Column);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
            writer.Flush();
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }

    public static SchemalessRegistration Of(SchemalessShape shape) => new(shape.TableName, shape.Rule.Kind, shape.Keys);

    public static SchemalessRegistration Parse(string tableName, string kind, string keys)
    {
        using var document = JsonDocument.Parse(keys);
        return new(tableName, kind, [.. document.RootElement.EnumerateArray().Select(static key =>
            new SchemalessKey(key[0].GetString()!, key[1].GetString() switch { "N" => AttributeKind.N, "B" => AttributeKind.B, _ => AttributeKind.S }, key[2].GetString()!))]);
    }
}
