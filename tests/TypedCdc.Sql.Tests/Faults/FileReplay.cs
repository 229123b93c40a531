using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TypedCdc.Sql.Tests.Faults;

/// <summary>
/// A random history in a file, repeated and out of order within reach, with lines that are no records and, where the database has a CHECK, rows that it refuses. Knows what has to come
/// of it, and which lines a checkpoint may stand behind.
/// </summary>
internal sealed class FileReplay : IDisposable
{
    /// <summary>What a user may add to a table of ours; every 29th phone number is refused.</summary>
    public const string Check = "CHECK (phone % 29 <> 0)";

    private const int Reach = 48; // a line stands at most so many places from where it belongs
    private const long FirstNumber = 1_000_000_000_001;

    private readonly List<History.Event?> _lines = []; // null for what is no record
    private readonly bool _refuses;

    public FileReplay(int seed, int keys, int changes, bool refuses = false)
    {
        _refuses = refuses;
        Folder = Directory.CreateTempSubdirectory("typedcdc-replay-").FullName;
        var random = new Random(seed);
        var events = new List<History.Event?>();
        foreach (var one in new History(seed, keys, changes).Events)
        {
            events.AddRange(Enumerable.Repeat(one, random.Next(8) == 0 ? 2 : 1));
            if (random.Next(200) == 0)
            {
                events.Add(null);
            }
        }

        for (var at = 0; at < events.Count; at += Reach)
        {
            random.Shuffle(CollectionsMarshal.AsSpan(events).Slice(at, Math.Min(Reach, events.Count - at)));
        }

        using var file = new StreamWriter(FileReplayHost.Events(Folder));
        foreach (var one in events)
        {
            var line = one is null ? null : one with { Sequence = FirstNumber + _lines.Count };
            _lines.Add(line);
            file.Write(line is null ? "no record" : System.Text.Encoding.UTF8.GetString(line.ToRecord().Utf8.Span).ReplaceLineEndings(""));
            file.Write('\n');
        }
    }

    public string Folder { get; }

    public int Lines => _lines.Count;

    /// <summary>What the view shows in the end, as <see cref="History.Expect"/> writes it.</summary>
    public string Expected => History.Expect(_lines.OfType<History.Event>().Where(one => !IsRefused(one)));

    /// <summary>Behind how many lines the checkpoint stands; 0 where there is none.</summary>
    public int Checkpoint()
    {
        if (!File.Exists(FileReplayHost.Checkpoints(Folder)))
        {
            return 0;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(FileReplayHost.Checkpoints(Folder)));
        return LineOf(document.RootElement.EnumerateObject().Single().Value.GetString()!);
    }

    /// <summary>The line, counted from 1, of a sequence number.</summary>
    public static int LineOf(string sequenceNumber) => (int)(long.Parse(sequenceNumber, CultureInfo.InvariantCulture) - FirstNumber + 1);

    /// <summary>
    /// Each line that a checkpoint has passed is in the table, or something newer of its key is, or it is a dead letter. Read the checkpoint first: it may go on meanwhile.
    /// </summary>
    /// <param name="checkpoint">What <see cref="Checkpoint"/> said.</param>
    /// <param name="versions">Of each key the version in the table.</param>
    public void CheckNothingIsLost(int checkpoint, IReadOnlyDictionary<int, string> versions, string when)
    {
        var dead = DeadLetters();
        for (var i = 0; i < checkpoint; i++)
        {
            var isThere = _lines[i] is { } line && versions.TryGetValue(line.Key, out var version) && Time(version) >= line.Time;
            Assert.True(isThere || dead.Contains(i), $"{when}: the checkpoint stands behind line {checkpoint}, and line {i + 1} is neither in the table nor a dead letter.");
        }

        foreach (var i in dead)
        {
            Assert.True(_lines[i] is not { } line || IsRefused(line), $"{when}: line {i + 1} is a dead letter, and nothing is wrong with it.");
        }
    }

    /// <summary>Nothing that the tests call a secret, and no value of a refused row, is in a text.</summary>
    public void CheckNoSecrets(string text)
    {
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        foreach (var phone in _lines.OfType<History.Event>().Where(IsRefused).Select(Phone))
        {
            Assert.DoesNotContain(phone, text, StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    // The store has the file to itself while it appends.
    private FileStream OpenDeadLetters()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new(FileReplayHost.DeadLetters(Folder), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            }
            catch (IOException) when (attempt < 1_000)
            {
                Thread.Sleep(2);
            }
        }
    }

    /// <summary>The lines that are dead letters. The last one of the file may be cut off where a process was killed while it wrote: it does not count then.</summary>
    private HashSet<int> DeadLetters()
    {
        var dead = new HashSet<int>();
        if (!File.Exists(FileReplayHost.DeadLetters(Folder)))
        {
            return dead;
        }

        using var file = new StreamReader(OpenDeadLetters());
        foreach (var line in file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                dead.Add((int)(long.Parse(document.RootElement.GetProperty("sequenceNumber").GetString()!, CultureInfo.InvariantCulture) - FirstNumber));
            }
            catch (JsonException)
            {
                // Cut off.
            }
        }

        return dead;
    }

    private static long Time(string version) => long.Parse(version.AsSpan(0, 19), CultureInfo.InvariantCulture);

    private static string Phone(History.Event line) => line.New?.Split('␟')[2] ?? "";

    private bool IsRefused(History.Event line) => _refuses && Phone(line) is { Length: > 0 } phone && long.Parse(phone, CultureInfo.InvariantCulture) % 29 == 0;
}
