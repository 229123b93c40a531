namespace TypedCdc.Sql.Ports;

/// <summary>What a database's answer means for the rows of a statement.</summary>
public enum SqlFailure
{
    /// <summary>
    /// Neither the rows nor the moment are known to be at fault. The write is isolated after a few attempts: a record that fails alone, beside others that succeed, goes to the dead
    /// letters; where every record fails, the write waits and is repeated.
    /// </summary>
    Unknown,

    /// <summary>Trying again later can help: the connection was lost, the server is busy or restarting. The session is given up.</summary>
    Transient,

    /// <summary>The write took longer than it may. It is repeated in smaller parts.</summary>
    TimedOut,

    /// <summary>The transaction lost against another one (a deadlock's victim, a serialisation failure): it is run again at once, a few times.</summary>
    Conflict,

    /// <summary>A row is what the database will not take. The statement is halved until the row stands alone and goes to the dead letters.</summary>
    Row,

    /// <summary>The statement is too large for the database. It is halved; a row that is too large by itself goes to the dead letters.</summary>
    TooLarge,
}
