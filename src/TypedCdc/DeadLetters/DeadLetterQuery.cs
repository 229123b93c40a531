using TypedCdc.Delivery;

namespace TypedCdc.DeadLetters;

/// <summary>Which dead letters are read.</summary>
public sealed record DeadLetterQuery
{
    /// <summary>Those of one application. The default value is null: of all.</summary>
    public string? Application { get; init; }

    /// <summary>Those of one handler or sink. The default value is null: of all.</summary>
    public string? Subscriber { get; init; }

    /// <summary>Those of one DynamoDB table. The default value is null: of all, and of records that could not be read.</summary>
    public string? TableName { get; init; }

    /// <summary>Also those that were delivered again. The default value is false.</summary>
    public bool IncludeRedriven { get; init; }

    /// <summary>Leaves <see cref="DeadLetter.Payload"/> empty, for lists. The default value is false.</summary>
    public bool WithoutPayload { get; init; }
}
