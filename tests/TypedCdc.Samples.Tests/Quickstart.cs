using System.Diagnostics;
using System.Reflection;
using SQLitePCL;

namespace TypedCdc.Samples.Tests;

/// <summary>The Quickstart as a process, and the tables it leaves.</summary>
internal static class Quickstart
{
    internal static readonly string Configuration = typeof(Quickstart).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    static Quickstart() => Batteries_V2.Init();

    internal static string RepositoryRoot
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "TypedCdc.sln")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
            }

            return folder.FullName;
        }
    }

    /// <summary>Runs the sample to its end in a folder of its own.</summary>
    /// <returns>The lines it printed to standard output.</returns>
    internal static async Task<string[]> RunAsync(string folder, params string[] arguments)
    {
        var assembly = Path.Combine(RepositoryRoot, "samples", "Quickstart", "bin", Configuration, "net10.0", "Quickstart.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{await output}\n{await error}");
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Reads a view: a row a line, <c>column=value</c> with the columns in the order of their names, NULLs left out; the lines sorted.</summary>
    internal static List<string> Read(string database, string view)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open_v2(database, out var connection, raw.SQLITE_OPEN_READONLY, null));
        using (connection)
        {
            Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(connection, $"SELECT * FROM \"{view}\"", out var statement));
            using (statement)
            {
                var rows = new List<string>();
                while (raw.sqlite3_step(statement) == raw.SQLITE_ROW)
                {
                    var cells = Enumerable.Range(0, raw.sqlite3_column_count(statement))
                        .Where(column => raw.sqlite3_column_type(statement, column) != raw.SQLITE_NULL)
                        .Select(column => $"{raw.sqlite3_column_name(statement, column).utf8_to_string()}={raw.sqlite3_column_text(statement, column).utf8_to_string()}");
                    rows.Add(string.Join('|', cells.Order(StringComparer.Ordinal)));
                }

                rows.Sort(StringComparer.Ordinal);
                return rows;
            }
        }
    }
}
