using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace TypedCdc.Sql.Schema;

/// <summary>
/// The SQL names of what no compiler has seen. They depend on names alone, never on what was seen first: any order of the same records gives the same columns.
/// </summary>
internal static class SchemalessNames
{
    /// <summary>The column of documents.</summary>
    public const string Document = "document";

    /// <summary>The column with the joined key.</summary>
    public const string DistKey = "dist_key";

    /// <summary>What the sink's own names begin with.</summary>
    public const string OwnPrefix = "cdc_";

    /// <summary>The longest name of a view, which must leave room for <see cref="TypedCdc.Sql.Schema.SqlName.TableSuffix"/>.</summary>
    public const int MaximumTableBytes = TypedCdc.Sql.Schema.SqlName.MaximumBytes - 5;

    private const int HashLength = 9; // with its underscore

    /// <summary>The column of an attribute that does not share its name with another: as in a model, and <c>c_</c> before names that are taken.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="ownColumn">The sink's own column in this kind of table; null for none.</param>
    /// <param name="columns">The sink's naming convention.</param>
    public static string Plain(string attribute, string? ownColumn, ColumnCase columns = ColumnCase.Lower)
    {
        var name = SqlName.OfColumn(attribute, columns);
        var isTaken = name.StartsWith(OwnPrefix, StringComparison.Ordinal) || string.Equals(name, ownColumn, StringComparison.Ordinal);
        name = isTaken ? "c_" + name : name;
        return name.Length <= SqlName.MaximumBytes ? name : Hashed(name, attribute, SqlName.MaximumBytes);
    }

    /// <summary>The column of an attribute that shares its plain name with another attribute of the item.</summary>
    public static string Own(string plain, string attribute) => Hashed(plain, attribute, SqlName.MaximumBytes);

    /// <summary>The view of a DynamoDB table.</summary>
    public static string OfTable(string tableName)
    {
        var name = SqlName.OfView(tableName);
        name = name.StartsWith(OwnPrefix, StringComparison.Ordinal) ? "c_" + name : name;

        // Else a table named orders__cdc would be the table behind the view of orders.
        return name.Length <= MaximumTableBytes && !name.Contains(SqlName.TableSuffix, StringComparison.Ordinal) ? name : Hashed(name, tableName, MaximumTableBytes);
    }

    /// <summary>The key columns. Of two attributes with one plain name, the one that is spelled like it has it.</summary>
    /// <param name="attributes">Names and kinds.</param>
    /// <param name="ownColumn">The sink's own column in this kind of table; null for none.</param>
    /// <param name="columns">The sink's naming convention.</param>
    public static ImmutableArray<SchemalessKey> OfKeys(IReadOnlyList<(string Name, AttributeKind Kind)> attributes, string? ownColumn, ColumnCase columns = ColumnCase.Lower)
    {
        var plain = attributes.Select(attribute => Plain(attribute.Name, ownColumn, columns)).ToArray();
        return [.. attributes.Select((attribute, i) => new SchemalessKey(
            attribute.Name, attribute.Kind, plain.Count(other => other == plain[i]) > 1 && attribute.Name != plain[i] ? Own(plain[i], attribute.Name) : plain[i]))];
    }

    /// <summary>Whether DynamoDB could have such a table (Amazon DynamoDB developer guide, "Naming rules"); its lower limit of 3 characters is of no use here.</summary>
    public static bool IsTableName(string name) => name.Length is > 0 and <= 255 && name.All(static character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.');

    private static string Hashed(string name, string origin, int maximum)
    {
        // All characters are ASCII by now.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)).AsSpan(0, 4));
        return $"{name[..Math.Min(name.Length, maximum - HashLength)]}_{hash}";
    }
}
