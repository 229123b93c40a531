namespace TypedCdc.Files;

/// <summary>How far reading has come.</summary>
/// <param name="Path">The file that is being read.</param>
/// <param name="File">Its place among the files, from 1.</param>
/// <param name="Files">How many files there are.</param>
/// <param name="BytesRead">How many bytes of the file were read, as they are on disk.</param>
/// <param name="FileBytes">How many it has.</param>
/// <param name="Records">How many records were found in it, broken ones included.</param>
/// <param name="IsComplete">The file is read to its end.</param>
public sealed record FileProgress(string Path, int File, int Files, long BytesRead, long FileBytes, long Records, bool IsComplete);
