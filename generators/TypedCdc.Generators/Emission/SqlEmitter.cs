// Customer.Sql.g.cs: the statements as constants, in a file of their own.
using System.Linq;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Emission;

/// <summary>Prints the SQL of a model.</summary>
internal static class SqlEmitter
{
    public static string Emit(TableModel model, EquatableArray<SqlDialectChoice> dialects)
    {
        var writer = new CodeWriter();
        ModelFile.Header(writer, $"The SQL of the model {model.Identifier}, one row at a time.");
        ModelFile.Open(writer, model);
        writer.Line($"""
            /// <summary>
            /// SQL for one row of <c>{ModelFile.Comment(model.SqlName)}</c>, usable on its own. Parameters are named after the members, and
            /// <c>@cdc_ver</c> is the row's version: microseconds as 19 digits, <c>:</c>, the length of the sequence number as 3 digits, the sequence number.
            /// </summary>
            {ModelFile.GeneratedCode}
            """);
        writer.Open($"public static class {model.Names.Sql}");
        var table = ToTable(model);
        var isFirst = true;
        foreach (var dialect in dialects.Select(static choice => choice.Database))
        {
            if (!isFirst)
            {
                writer.Line();
            }

            isFirst = false;
            writer.Line($"/// <summary>SQL for {NameOf(dialect)}.</summary>");
            writer.Open($"public static class {dialect}");
            Constant(writer, "CreateTable", "The table, its indexes, and the view that hides tombstones. Can be run again.", SqlStatements.CreateTable(dialect, table));
            writer.Line();
            Constant(writer, "Upsert", "Writes one row unless the table has a newer one.", SqlStatements.Upsert(dialect, table));
            writer.Line();
            Constant(writer, "Delete", "Writes the tombstone of one row unless the table has a newer one. Takes the key and <c>@cdc_ver</c>.", SqlStatements.Delete(dialect, table));
            writer.Close();
        }

        writer.Close();
        ModelFile.Close(writer, model);
        return writer.ToString();
    }

    /// <summary>The model as the statements need it.</summary>
    public static SqlTable ToTable(TableModel model) => new(
        model.SqlSchema, model.SqlName,
        model.Members.Where(static member => !member.Column.IsIgnored)
            .Select(static member => new SqlColumn(member.ColumnName, member.Name, member.Shape.Column, ToKey(member.Key), Given(member.Column.Types))).ToList(),
        model.Indexes.Select(index => new SqlIndex(index.Name, index.Members.Select(ordinal => model.Members[ordinal].ColumnName).ToList())).ToList());

    private static GivenSqlTypes? Given(ColumnTypes? types) => types is null ? null : new(types.Any, types.Postgres, types.Sqlite, types.CrateDb, types.Redshift);

    private static SqlKey ToKey(KeyRole role) => role switch
    {
        KeyRole.Partition => SqlKey.Partition,
        KeyRole.Sort => SqlKey.Sort,
        _ => SqlKey.None,
    };

    private static string NameOf(SqlDatabase dialect) => dialect switch
    {
        SqlDatabase.Postgres => "PostgreSQL",
        SqlDatabase.Sqlite => "SQLite",
        SqlDatabase.CrateDb => "CrateDB",
        SqlDatabase.MySql => "MySQL and MariaDB",
        _ => "Amazon Redshift",
    };

    // A name may hold quotes: the raw string's own fence must be longer than any run of them.
    private static void Constant(CodeWriter writer, string name, string about, string sql)
    {
        var fence = new string('"', System.Math.Max(3, LongestRun(sql) + 1));
        writer
            .Line($"/// <summary>{about}</summary>")
            .Line($"public const string {name} = {fence}")
            .Indented(inner => inner.Line(sql).Line($"{fence};"));
    }

    private static int LongestRun(string text)
    {
        int longest = 0, run = 0;
        foreach (var character in text)
        {
            run = character == '"' ? run + 1 : 0;
            longest = System.Math.Max(longest, run);
        }

        return longest;
    }
}
