using System.Data.Common;

namespace TypedCdc;

/// <summary>An error of the SQLite library.</summary>
public sealed class SqliteException : DbException
{
    internal SqliteException(int errorCode, string message)
        : base(message)
    {
        SqliteErrorCode = errorCode;
    }

    /// <summary>The extended result code (SQLite documentation, "Result and Error Codes").</summary>
    public int SqliteErrorCode { get; }

    /// <summary>The primary result code: the low byte of <see cref="SqliteErrorCode"/>.</summary>
    public int SqlitePrimaryCode => SqliteErrorCode & 0xFF;

    /// <summary>
    /// True where trying again can help: busy or locked by another process, out of memory, an I/O error, a full disk, a file that cannot be opened now.
    /// </summary>
    public override bool IsTransient => SqlitePrimaryCode is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED or SQLitePCL.raw.SQLITE_NOMEM
        or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_CANTOPEN;

    /// <summary>The row itself is what SQLite will not take: a constraint, a type, a size.</summary>
    internal bool IsOfTheRow => SqlitePrimaryCode is SQLitePCL.raw.SQLITE_CONSTRAINT or SQLitePCL.raw.SQLITE_MISMATCH or SQLitePCL.raw.SQLITE_TOOBIG;
}
