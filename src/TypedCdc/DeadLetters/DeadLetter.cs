using TypedCdc.Changes;
using TypedCdc.Delivery;
using TypedCdc.Sources;

namespace TypedCdc.DeadLetters;

/// <summary>A record that a subscriber could not take, with everything that is needed to understand it and to deliver it again.</summary>
public sealed record DeadLetter
{
    /// <summary>When it was given up.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The application that gave it up.</summary>
    public required string Application { get; init; }

    /// <summary>The handler or sink that could not take it; <c>(all)</c> for what is not a change record.</summary>
    public required string Subscriber { get; init; }

    /// <summary>The DynamoDB table; null where the record could not be read.</summary>
    public string? TableName { get; init; }

    /// <summary>What happened to the item; null where the record could not be read.</summary>
    public ChangeOperation? Operation { get; init; }

    /// <summary>The event's id; empty where there is none.</summary>
    public string EventId { get; init; } = "";

    /// <summary>Where the record stands in its stream.</summary>
    public required StreamPosition Position { get; init; }

    /// <summary>Where in its file it stands; default for records of streams.</summary>
    public ByteRange Range { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>The type of the exception.</summary>
    public required string ExceptionType { get; init; }

    /// <summary>What the exception said.</summary>
    public required string Message { get; init; }

    /// <summary>The record as it came. Belongs to the source until the store's write has ended: copy what you keep.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }
}
