namespace TypedCdc;

/// <summary>How an attribute name is made from the name of a member that does not give one.</summary>
public enum Naming
{
    /// <summary>The member's name as it is written: <c>FirstName</c>.</summary>
    Exact = 0,

    /// <summary><c>firstName</c>, as System.Text.Json does it.</summary>
    CamelCase = 1,

    /// <summary><c>first_name</c>, as System.Text.Json does it.</summary>
    SnakeCase = 2,
}
