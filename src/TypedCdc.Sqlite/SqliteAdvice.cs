using SQLitePCL;

namespace TypedCdc.Sqlite;

/// <summary>What mends an error that is the file's, and not a row's: SQLite names neither the file nor the reason.</summary>
internal static class SqliteAdvice
{
    /// <summary>A sentence with a blank before it, or nothing.</summary>
    public static string For(int result, string path) => (result & 0xFF) switch
    {
        raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM when ForPath(path) is { } advice => advice,
        raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM => $" The process has to be allowed to read and write '{path}' and its folder, where the write-ahead log lies.",
        raw.SQLITE_FULL => $" There is no room left on the disk of '{path}'. The write is taken back.",
        raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT => $" '{path}' is not a SQLite database, or it is damaged: ask PRAGMA integrity_check.",
        _ => "",
    };

    /// <summary>Why no file can be at a path, however long one waits; null where one can.</summary>
    public static string? ForPath(string path) =>
        Directory.Exists(path) ? $" '{path}' is a folder: name a file."
        : Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder) ? $" The folder '{folder}' does not exist: make it."
        : null;
}
