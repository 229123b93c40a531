// A model's fingerprint: tables remember it, so that a worker with an older model stops instead of writing old columns under new versions.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <summary>Hashes what a table depends on: names, types, keys.</summary>
internal static class ModelRevision
{
    /// <summary>16 hexadecimal digits, the same in every build of an equal model, whatever the order of its members.</summary>
    public static string Of(TableModel model)
    {
        var lines = new System.Collections.Generic.List<string>();
        foreach (var member in model.Members)
        {
            // A member without a column is nothing to the table.
            if (!member.Column.IsIgnored)
            {
                lines.Add(string.Join(
                    "\0", member.AttributeName, member.ColumnName, member.Shape.Column.ToString(), member.Shape.Kinds.ToString(), member.Key.ToString())
                    + (member.Column.Types is { } types ? "\0" + types : "")
                    + (member.IsKeyPart ? "\0" + member.Name : ""));
            }
        }

        lines.Sort(System.StringComparer.Ordinal);
        using var sha = SHA256.Create();
        var hash = sha.ComputeHash(Encoding.UTF8.GetBytes(model.SqlSchema + "\0" + model.SqlName + "\n" + string.Join("\n", lines)));
        var text = new StringBuilder(16);
        for (var i = 0; i < 8; i++)
        {
            text.Append(hash[i].ToString("x2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
