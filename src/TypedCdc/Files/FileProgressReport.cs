using Microsoft.Extensions.Logging;

namespace TypedCdc.Files;

/// <summary>Tells how far the reading of one file has come.</summary>
internal sealed class FileProgressReport(string path, int file, int files, FileSourceOptions options, TimeProvider timeProvider, ILogger logger)
{
    private readonly long _fileBytes = new FileInfo(path).Length;
    private long _told = timeProvider.GetTimestamp();

    /// <summary>Tells if it is time to. True if it did.</summary>
    internal bool TellWhenDue(long bytesRead, long records)
    {
        if (timeProvider.GetElapsedTime(_told) < options.ProgressInterval)
        {
            return false;
        }

        _told = timeProvider.GetTimestamp();
        logger.FileProgress(path, file, files, bytesRead, _fileBytes, records);
        options.Progress?.Report(new(path, file, files, bytesRead, _fileBytes, records, IsComplete: false));
        return true;
    }

    internal void TellComplete(long bytesRead, long records)
    {
        logger.FileRead(path, file, files, records);
        options.Progress?.Report(new(path, file, files, bytesRead, _fileBytes, records, IsComplete: true));
    }
}

internal static partial class FileLog
{
    [LoggerMessage(200, LogLevel.Information, "Reading {Files} file(s) of '{Pattern}'")]
    internal static partial void FilesFound(this ILogger logger, int files, string pattern);

    [LoggerMessage(201, LogLevel.Information, "'{Path}' (file {File} of {Files}): {BytesRead} of {FileBytes} bytes read, {Records} records")]
    internal static partial void FileProgress(this ILogger logger, string path, int file, int files, long bytesRead, long fileBytes, long records);

    [LoggerMessage(202, LogLevel.Information, "'{Path}' (file {File} of {Files}) is read: {Records} records")]
    internal static partial void FileRead(this ILogger logger, string path, int file, int files, long records);
}
