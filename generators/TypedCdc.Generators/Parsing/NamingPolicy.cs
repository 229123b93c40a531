// Attribute names made from member names.
using TypedCdc.Sql;

namespace TypedCdc.Generators.Parsing;

/// <summary>The values of <c>TypedCdc.NamingPolicy</c>, and behind them those of AWS's DynamoDBContext.</summary>
internal enum NamingPolicy
{
    Exact = 0,
    CamelCase = 1,
    SnakeCase = 2,

    /// <summary>Only the first character is lowered.</summary>
    LowerFirst = 3,

    /// <summary>As <see cref="LowerFirst"/>, but in the item itself only, not in the models inside it.</summary>
    LowerFirstOfItem = 4,
}

/// <summary>Applies a naming policy.</summary>
internal static class NamingPolicies
{
    public static string Apply(NamingPolicy policy, string name) => policy switch
    {
        NamingPolicy.CamelCase => NameCase.Camel(name),
        NamingPolicy.SnakeCase => NameCase.Snake(name),
        NamingPolicy.LowerFirst or NamingPolicy.LowerFirstOfItem => char.ToLowerInvariant(name[0]) + name.Substring(1),
        _ => name,
    };

    /// <summary>The SQL column of an attribute. The names that only AWS's DynamoDBContext makes are none for columns.</summary>
    public static string ColumnOf(NamingPolicy? policy, string name) =>
        SqlName.OfColumn(name, policy is NamingPolicy.CamelCase or NamingPolicy.SnakeCase ? (ColumnCase)policy : ColumnCase.Lower);
}
