// [CdcColumn] and [CdcIndex]: what they say, and what cannot be kept of it.
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>Reads the annotations of SQL columns and indexes.</summary>
internal static class ColumnParser
{
    private static readonly string[] TypeProperties = ["Type", "PostgresType", "SqliteType", "CrateDbType", "RedshiftType"];

    // TypedCdc.UnfitValue, in its order.
    private static readonly string[] UnfitValues = ["Fail", "NullAndReport", "ToOverflow"];

    /// <summary>What a member's <c>[CdcColumn]</c> says beyond the name.</summary>
    public static ColumnModel Of(MemberCandidate candidate)
    {
        if (Annotations.Find(candidate.Annotations, Annotations.CdcColumn) is not { } column)
        {
            return ColumnModel.Default;
        }

        var types = TypeProperties.Select(name => Annotations.GetNamedString(column, name)).ToList();
        return new(
            Named(column, "Ignore") is true,
            Named(column, "OnUnfit") is int unfit && unfit >= 0 && unfit < UnfitValues.Length ? UnfitValues[unfit] : null,
            types.TrueForAll(static type => type is null) ? null : new(types[0], types[1], types[2], types[3], types[4]));
    }

    /// <summary>Reports what contradicts itself. Of the members of the table only: a model inside the model has no columns.</summary>
    public static void Check(ParseContext context, IReadOnlyList<ParsedMember> members)
    {
        var hasOverflow = members.Any(static member => member.Model.Shape.IsOverflow && !member.Model.Column.IsIgnored);
        foreach (var member in members)
        {
            if (Annotations.Find(member.Candidate.Annotations, Annotations.CdcColumn) is { } annotation && FaultOf(member, annotation, hasOverflow) is { } fault)
            {
                context.Report(
                    ColumnRules.Column,
                    (fault.Argument is null ? null : Annotations.GetLocation(annotation, fault.Argument, context.Cancellation)) ?? Annotations.GetWholeLocation(annotation, context.Cancellation),
                    member.Model.Name, fault.Reason);
            }
            else if (member.Model.Key != KeyRole.None && member.Model.Column.Types is { } types)
            {
                CheckKeyType(context, member, types);
            }
        }
    }

    // One report a member: the first dialect in which two keys would become one.
    private static void CheckKeyType(ParseContext context, ParsedMember member, ColumnTypes types)
    {
        var given = new GivenSqlTypes(types.Any, types.Postgres, types.Sqlite, types.CrateDb, types.Redshift);
        foreach (var (database, property, own) in new[]
        {
            (SqlDatabase.Postgres, "PostgresType", types.Postgres), (SqlDatabase.Sqlite, "SqliteType", types.Sqlite),
            (SqlDatabase.CrateDb, "CrateDbType", types.CrateDb), (SqlDatabase.Redshift, "RedshiftType", types.Redshift),
        })
        {
            var column = member.Model.Shape.Column;
            if (given.For(database, column) is { } declared && KeyTypes.FaultOf(database, column, declared) is { } reason)
            {
                var annotation = Annotations.Find(member.Candidate.Annotations, Annotations.CdcColumn)!;
                context.Report(
                    ColumnRules.KeyType,
                    Annotations.GetLocation(annotation, own is null ? "Type" : property, context.Cancellation) ?? Annotations.GetWholeLocation(annotation, context.Cancellation),
                    member.Model.Name, declared, NameOf(database), reason, $"{property} = \"{SqlColumnTypes.Get(database, column)}\", or no type of your own");
                return;
            }
        }
    }

    private static string NameOf(SqlDatabase database) => database == SqlDatabase.Postgres ? "PostgreSQL" : database == SqlDatabase.Sqlite ? "SQLite" : database.ToString();

    /// <summary>The indexes of the model and of its members. Reports those that cannot be.</summary>
    public static EquatableArray<IndexModel> Indexes(ParseContext context, IReadOnlyList<ParsedMember> members, string sqlName)
    {
        var indexes = new List<IndexModel>();
        foreach (var (member, ordinal) in members.Select(static (member, ordinal) => (member, ordinal)))
        {
            foreach (var annotation in All(member.Candidate.Annotations))
            {
                if (NamesOf(annotation).Count > 0)
                {
                    Report(context, annotation, member.Model.Name, "on a member it names no members; put it on the type to index several columns together");
                }
                else
                {
                    Add(context, annotation, member.Model.Name, [ordinal], members, sqlName, indexes);
                }
            }
        }

        foreach (var annotation in All(context.Type.GetAttributes()))
        {
            var names = NamesOf(annotation);
            var ordinals = names.Select(name => members.ToList().FindIndex(member => member.Model.Name == name)).ToList();
            var missing = ordinals.IndexOf(-1);
            if (names.Count == 0)
            {
                Report(context, annotation, context.Type.Name, "on a type it names the members, as in [CdcIndex(nameof(City), nameof(Name))]");
            }
            else if (missing >= 0)
            {
                Report(context, annotation, context.Type.Name, $"'{names[missing]}' is no mapped member");
            }
            else if (ordinals.Distinct().Count() < ordinals.Count)
            {
                Report(context, annotation, context.Type.Name, "it names a member twice");
            }
            else
            {
                Add(context, annotation, context.Type.Name, ordinals, members, sqlName, indexes);
            }
        }

        return indexes.ToEquatableArray();
    }

    private static void Add(
        ParseContext context, AttributeData annotation, string on, List<int> ordinals, IReadOnlyList<ParsedMember> members, string sqlName, List<IndexModel> indexes)
    {
        var columns = ordinals.Select(ordinal => members[ordinal].Model).ToList();
        var name = Annotations.GetNamedString(annotation, "Name") is { Length: > 0 } given ? given : SqlName.OfIndex(sqlName, columns.Select(static member => member.ColumnName));
        if (columns.Find(static member => member.Column.IsIgnored) is { } ignored)
        {
            Report(context, annotation, on, $"'{ignored.Name}' has no column");
        }
        else if (columns.Find(static member => !CanBeIndexed(member.Shape.Column)) is { } document)
        {
            Report(context, annotation, on, $"the column of '{document.Name}' holds documents or lists, which this kind of index does not look into");
        }
        else if (indexes.Exists(index => index.Name == name))
        {
            Report(context, annotation, on, $"there is an index '{name}' already");
        }
        else if (SqlName.IsTooLong(name))
        {
            Report(context, annotation, on, $"its name has more than {SqlName.MaximumBytes} bytes");
        }
        else
        {
            indexes.Add(new(name, ordinals.ToEquatableArray()));
        }
    }

    private static (string Reason, string? Argument)? FaultOf(ParsedMember member, AttributeData annotation, bool hasOverflow)
    {
        var (model, column) = (member.Model, member.Model.Column);
        if (column.IsIgnored)
        {
            return model.Key != KeyRole.None ? ("a row is found by its key, which cannot be left out", "Ignore")
                : column.OnUnfit is not null || column.Types is not null || Annotations.GetFirstString(annotation) is not null ? ("a column that is left out has no name, type or policy", "Ignore")
                : null;
        }

        if (column.OnUnfit is not (null or "Fail"))
        {
            return model.Key != KeyRole.None ? ("a row without its key is none, so a key that does not fit always fails", "OnUnfit")
                : model.Shape.IsOverflow ? ("the overflow column takes whatever there is", "OnUnfit")
                : column.OnUnfit == "ToOverflow" && !hasOverflow ? ("the model has no [CdcOverflow] member with a column, where the value could go", "OnUnfit")
                : null;
        }

        foreach (var property in TypeProperties)
        {
            if (Annotations.GetNamedString(annotation, property) is { } type
                && (string.IsNullOrWhiteSpace(type) || type.IndexOfAny([';', '\n', '\r', '\0']) >= 0 || type.Contains("--") || type.Contains("/*")))
            {
                return ("this is no SQL type", property);
            }
        }

        return null;
    }

    private static bool CanBeIndexed(SqlColumnType type) => type is not (SqlColumnType.Json or SqlColumnType.Overflow or SqlColumnType.TextArray or SqlColumnType.Int64Array
        or SqlColumnType.NumericArray or SqlColumnType.DoubleArray or SqlColumnType.BinaryArray);

    private static void Report(ParseContext context, AttributeData annotation, string on, string reason) =>
        context.Report(ColumnRules.Index, Annotations.GetWholeLocation(annotation, context.Cancellation), on, reason);

    // An annotation on the parameter of a positional record may be seen on its property as well.
    private static IEnumerable<AttributeData> All(IEnumerable<AttributeData> attributes) =>
        attributes.Where(static attribute => Annotations.Is(attribute, "CdcIndexAttribute")).GroupBy(static attribute => attribute.ApplicationSyntaxReference?.Span).Select(static group => group.First());

    private static List<string> NamesOf(AttributeData annotation) => annotation.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Array, IsNull: false } names
        ? names.Values.Select(static name => name.Value as string ?? "").ToList()
        : [];

    private static object? Named(AttributeData attribute, string name) => attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value;
}
