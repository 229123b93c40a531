using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TypedCdc.Sql;

/// <summary>
/// The fingerprint of all that decides which records concern a table and what becomes of them. Under another one, what was applied does not say what should be there, and a replay writes it again.
/// </summary>
internal static class WatermarkModel
{
    /// <param name="table">The table.</param>
    /// <param name="bindings">Which DynamoDB tables' items are of which models.</param>
    public static string Of(TargetTable table, string bindings)
    {
        var text = new StringBuilder(typeof(WatermarkModel).Assembly.GetName().Version?.ToString()).Append('\n');
        if (table.Model is SchemalessModel)
        {
            // Without the columns: they are added when their attributes are first seen, and what was applied before had none of them.
            text.Append(table.Model.Schema.TableName);
            foreach (var key in table.Keys)
            {
                text.Append('\n').Append(table.Columns[key].Attribute.Name).Append(' ').Append(table.Columns[key].Type.ToString());
            }
        }
        else
        {
            text.Append(table.Model.ClrType).Append('\n').Append(table.Revision).Append('\n').Append(bindings);
            foreach (var column in table.Columns)
            {
                text.Append('\n').Append(column.Attribute.Name).Append(' ').Append(((int)column.Unfit).ToString(CultureInfo.InvariantCulture));
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}
