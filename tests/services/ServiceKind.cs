namespace TypedCdc.Services;

/// <summary>The real services that tests can ask for.</summary>
public enum ServiceKind
{
    /// <summary>PostgreSQL, a cluster of its own.</summary>
    PostgreSql,

    /// <summary>MariaDB, an instance of its own.</summary>
    MariaDb,

    /// <summary>Kinesis Data Streams: kinesis-mock.</summary>
    Kinesis,

    /// <summary>pgbouncer, a connection pooler in front of PostgreSQL.</summary>
    PgBouncer,

    /// <summary>DynamoDB and DynamoDB Streams: Amazon's DynamoDB Local.</summary>
    DynamoDb,
}
