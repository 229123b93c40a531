// How names travel from DynamoDB to SQL: the same in every dialect, so that a table can move between databases.
using System.Text;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Schema;

/// <summary>SQL identifiers.</summary>
internal static class SqlName
{
    /// <summary>The most bytes that every dialect keeps of an identifier (PostgreSQL documentation, "Identifiers and Key Words": 63 by default).</summary>
    public const int MaximumBytes = 63;

    /// <summary>What stands behind the view's name in the name of its table.</summary>
    public const string TableSuffix = "__cdc";

    /// <summary>The version of a row: see <c>RowVersion</c>.</summary>
    public const string Version = "cdc_ver";

    /// <summary>When the item was removed, in microseconds since 1970-01-01T00:00:00Z; NULL while it exists.</summary>
    public const string DeletedAt = "cdc_deleted_at";

    // Columns that every table of PostgreSQL has (PostgreSQL documentation, "System Columns"); Redshift has them too, with oid.
    private static readonly string[] SystemColumns = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "oid"];

    private static readonly string[] ReservedPrefixes = ["pg_", "sqlite_", "stl_", "stv_", "svl_", "svv_", "svcs_"];

    /// <summary>
    /// The identifier for a name in DynamoDB: lower case, each run of characters outside <c>[a-z0-9_]</c> becomes one <c>_</c>, and <c>c_</c> goes
    /// before a leading digit or underscore. Only ASCII letters have a lower case here: no culture, no Kelvin sign that becomes a <c>k</c>.
    /// </summary>
    public static string FromDynamoDb(string name) => FromDynamoDb(name, keepsCase: false);

    private static string FromDynamoDb(string name, bool keepsCase)
    {
        var text = new StringBuilder(name.Length + 2);
        var inRun = false;
        foreach (var character in name)
        {
            var lower = character is >= 'A' and <= 'Z' ? (char)(character | 0x20) : character;
            var isKept = lower is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_';
            if (isKept)
            {
                text.Append(keepsCase ? character : lower);
            }
            else if (!inRun)
            {
                text.Append('_');
            }

            inRun = !isKept;
        }

        if (text.Length == 0 || text[0] is '_' or (>= '0' and <= '9'))
        {
            text.Insert(0, "c_");
        }

        return text.ToString();
    }

    /// <summary>The column for an attribute: <see cref="FromDynamoDb(string)"/>, and <c>c_</c> before the names of system columns, which some dialect gives to every table.</summary>
    public static string OfColumn(string attribute)
    {
        var name = FromDynamoDb(attribute);
        return System.Array.IndexOf(SystemColumns, name) >= 0 ? "c_" + name : name;
    }

    /// <summary>The column for an attribute under a convention: <c>CreatedAt</c> is <c>createdat</c>, <c>createdAt</c> or <c>created_at</c>.</summary>
    public static string OfColumn(string attribute, ColumnCase convention)
    {
        if (convention != ColumnCase.Camel)
        {
            return OfColumn(convention == ColumnCase.Snake ? NameCase.Snake(attribute) : attribute);
        }

        var name = FromDynamoDb(NameCase.Camel(attribute), keepsCase: true);
        return System.Array.IndexOf(SystemColumns, name.ToLowerInvariant()) >= 0 ? "c_" + name : name;
    }

    /// <summary>
    /// The view for a table: <see cref="FromDynamoDb(string)"/>, and <c>c_</c> before the names that some dialect reserves, so that the name is the same in all. A view <c>pg_class</c> is hidden by PostgreSQL's
    /// catalogue; SQLite refuses <c>sqlite_…</c> (SQLite documentation, "CREATE TABLE"); Redshift's system tables begin with the others.
    /// </summary>
    public static string OfView(string tableName)
    {
        var name = FromDynamoDb(tableName);
        return IsReserved(name) ? "c_" + name : name;
    }

    /// <summary>Whether some dialect reserves a view's name.</summary>
    public static bool IsReserved(string view) => System.Array.Exists(ReservedPrefixes, prefix => view.StartsWith(prefix, System.StringComparison.OrdinalIgnoreCase));

    /// <summary>The identifier in double quotes, which every dialect here takes.</summary>
    public static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"") + "\"";

    /// <summary>The identifier with its schema, both quoted.</summary>
    public static string Quote(string? schema, string identifier) => schema is null ? Quote(identifier) : Quote(schema) + "." + Quote(identifier);

    /// <summary>Whether some dialect would cut the identifier. A view's name must leave room for <see cref="TableSuffix"/>.</summary>
    public static bool IsTooLong(string identifier) => Encoding.UTF8.GetByteCount(identifier) > MaximumBytes;

    /// <summary>The unquoted name of the table behind a view.</summary>
    public static string OfTable(string view) => view + TableSuffix;

    /// <summary>The unquoted name of the index on a table's tombstones.</summary>
    public static string OfTombstoneIndex(string view) => Fit(view + TableSuffix + "_deleted");

    /// <summary>The unquoted name of an index that was given none.</summary>
    public static string OfIndex(string view, System.Collections.Generic.IEnumerable<string> columns) => Fit(view + TableSuffix + "_by_" + string.Join("_", columns));

    /// <summary>
    /// Shortens a name that nobody types, so that the server does not cut it by itself: PostgreSQL would cut a long index name to that of its table
    /// and then believe that the index exists.
    /// </summary>
    public static string Fit(string identifier)
    {
        if (!IsTooLong(identifier))
        {
            return identifier;
        }

        // FNV-1a: the same in every process, which string.GetHashCode is not.
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(identifier))
        {
            hash = unchecked((hash ^ value) * 16777619u);
        }

        var length = identifier.Length;
        while (Encoding.UTF8.GetByteCount(identifier.Substring(0, length)) > MaximumBytes - 9 || char.IsHighSurrogate(identifier[length - 1]))
        {
            length--;
        }

        return identifier.Substring(0, length) + "_" + hash.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
    }
}
