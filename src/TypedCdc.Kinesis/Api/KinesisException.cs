namespace TypedCdc.Kinesis.Api;

/// <summary>An operation of Kinesis failed. <see cref="Kind"/> says what follows from it.</summary>
public sealed class KinesisException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="kind">What follows from it.</param>
    /// <param name="message">What is shown; never credentials, tokens or signed headers.</param>
    /// <param name="code">
    /// The service's name of the error, such as <c>ExpiredIteratorException</c>, or a name of what the network did, such as <c>ConnectionRefused</c>: it is shown in alarms. Null where there is none.
    /// </param>
    /// <param name="innerException">What was behind it.</param>
    public KinesisException(KinesisErrorKind kind, string message, string? code = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Code = code;
    }

    /// <summary>What follows from it.</summary>
    public KinesisErrorKind Kind { get; }

    /// <summary>The service's name of the error, or a name of what the network did; null where there is none.</summary>
    public string? Code { get; }
}

/// <summary>What follows from an error of Kinesis.</summary>
public enum KinesisErrorKind
{
    /// <summary>Nothing helps but a person: access denied, a malformed request.</summary>
    Permanent,

    /// <summary>Try again later: the network, the service, expired temporary credentials.</summary>
    Transient,

    /// <summary>Too much was asked at once (ProvisionedThroughputExceeded, LimitExceeded, Throttling): try again later, and ask less.</summary>
    Throttled,

    /// <summary>The iterator is older than five minutes: get a new one.</summary>
    ExpiredIterator,

    /// <summary>The service does not know this position (InvalidArgument): it belongs to another stream of the same name, or was trimmed.</summary>
    InvalidPosition,

    /// <summary>No such stream or shard.</summary>
    NotFound,
}
