namespace TypedCdc;

/// <summary>
/// A naming convention: for the attributes of members without an explicit name (<see cref="CdcTableAttribute.Naming"/>), and for SQL columns
/// (<see cref="CdcTableAttribute.ColumnNaming"/>).
/// </summary>
public enum NamingPolicy
{
    /// <summary>The name as it is written: <c>FirstName</c>. SQL columns are lower case: <c>firstname</c>.</summary>
    Exact = 0,

    /// <summary><c>firstName</c>, as System.Text.Json writes it.</summary>
    CamelCase = 1,

    /// <summary><c>first_name</c>, as System.Text.Json writes it.</summary>
    SnakeCase = 2,
}
