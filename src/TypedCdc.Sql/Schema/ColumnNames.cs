using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Sql.Schema;

/// <summary>Applies a sink's naming convention to the columns of a model that does not state one itself.</summary>
internal static class ColumnNames
{
    /// <summary>The model's schema with its columns named as the generator names them under <see cref="CdcTableAttribute.ColumnNaming"/>.</summary>
    /// <exception cref="InvalidOperationException">Two columns get one name.</exception>
    public static TableSchema Apply(NamingPolicy? naming, CdcModel model)
    {
        var schema = model.Schema;
        if (naming is not { } convention || schema.ColumnNaming is not null)
        {
            return schema;
        }

        var named = schema with { Attributes = [.. schema.Attributes.Select(attribute => attribute with { ColumnName = Of(attribute, convention) })] };
        if (named.Attributes.Where(static attribute => attribute.HasColumn).GroupBy(static attribute => attribute.ColumnName, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(static group => group.Count() > 1) is { } clash)
        {
            throw new InvalidOperationException(
                $"Under tables.Naming = NamingPolicy.{convention} the members {string.Join(" and ", clash.Select(static attribute => $"'{attribute.MemberName}'"))} of "
                + $"'{model.ClrType}' share the column '{clash.Key}'. Name one of them with [CdcColumn(\"…\")].");
        }

        return named;
    }

    private static string Of(AttributeSchema attribute, NamingPolicy convention) => attribute.IsColumnNameGiven || convention == NamingPolicy.Exact
        ? attribute.ColumnName
        : SqlName.OfColumn(
            attribute.ColumnType == ColumnType.Overflow || attribute.IsKeyPart ? attribute.MemberName : attribute.Name, (ColumnCase)convention);
}
