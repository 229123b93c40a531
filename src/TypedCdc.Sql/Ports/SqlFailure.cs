namespace TypedCdc.Sql.Ports;

/// <summary>What a database's answer means for the rows of a statement.</summary>
public enum SqlFailure
{
    /// <summary>Neither the rows nor the moment are known to be at fault: the pipeline decides by its failure policy.</summary>
    Unknown,

    /// <summary>Trying again later can help: the connection was lost, the server is busy or restarting. The session is given up.</summary>
    Transient,

    /// <summary>The transaction lost against another one (a deadlock's victim, a serialisation failure): it is run again at once, a few times.</summary>
    Conflict,

    /// <summary>A row is what the database will not take. The statement is halved until the row stands alone and goes to the dead letters.</summary>
    Row,

    /// <summary>The statement is too large for the database. It is halved; a row that is too large by itself goes to the dead letters.</summary>
    TooLarge,
}
