using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TypedCdc.Decoding.Kernels;

/// <summary>
/// What one thread has learned from the records that it decoded: envelopes, and the order of each table's attributes. Only speed depends on it. A thread has its own, so that nothing is
/// shared and threads that read different streams do not unlearn each other's.
/// </summary>
internal sealed class DecodeWorkspace
{
    private const int MaxTemplates = 8;

    // A stream whose envelope never fits must not pay for learning on every record: a new template costs as much as this many fits earn.
    private const int FitsPerTemplate = 256;
    private const int MaxCredit = 16 * FitsPerTemplate;

    [ThreadStatic]
    private static DecodeWorkspace? _current;

    private readonly List<EnvelopeTemplate> _templates = new(MaxTemplates); // the last one that fitted comes first
    private ushort[]?[] _followers = new ushort[]?[16];                      // by a table's id
    private int _credit = MaxCredit;

    internal static DecodeWorkspace Current => _current ??= new();

    /// <summary>Forgets what this thread has learned, so that a test begins as a process does.</summary>
    internal static void Forget() => _current = null;

    /// <summary>Whether the last record that no template fitted had a known envelope and an image that the walk does not take: there is nothing to learn from it.</summary>
    internal bool HasUnusualImage { get; set; }

    internal ReadOnlySpan<EnvelopeTemplate> Templates => CollectionsMarshal.AsSpan(_templates);

    /// <summary>Which attribute of a table is expected behind each; see <see cref="MapScanner"/>.</summary>
    internal ref ushort FollowersOf(AttributeTable table)
    {
        var all = _followers;
        var id = table.Id;
        return ref (uint)id < (uint)all.Length && all[id] is { } followers
            ? ref MemoryMarshal.GetArrayDataReference(followers)
            : ref AddFollowers(table);
    }

    /// <summary>Notes that a template fitted.</summary>
    internal void Fitted(int index)
    {
        _credit = Math.Min(_credit + 1, MaxCredit);
        if (index > 0)
        {
            var template = _templates[index];
            _templates.RemoveAt(index);
            _templates.Insert(0, template);
        }
    }

    /// <summary>Whether a record that no template fitted is to be learned from.</summary>
    internal bool MayLearn()
    {
        if (_credit < FitsPerTemplate)
        {
            return false;
        }

        _credit -= FitsPerTemplate;
        return true;
    }

    /// <summary>Keeps a template, in place of the one that has not fitted for longest.</summary>
    internal void Add(EnvelopeTemplate template)
    {
        if (_templates.Count == MaxTemplates)
        {
            _templates.RemoveAt(MaxTemplates - 1);
        }

        _templates.Insert(0, template);
    }

    private ref ushort AddFollowers(AttributeTable table)
    {
        var id = table.Id;
        if (id >= _followers.Length)
        {
            Array.Resize(ref _followers, Math.Max(id + 1, _followers.Length * 2));
        }

        // In the order of the model, until a record says otherwise; the last is expected to be followed by nothing.
        var followers = new ushort[table.Count + 1];
        for (var i = 0; i < followers.Length; i++)
        {
            followers[i] = (ushort)i;
        }

        Debug.Assert(followers[^1] == table.Count, "The literal behind the last one matches nothing.");
        _followers[id] = followers;
        return ref MemoryMarshal.GetArrayDataReference(followers);
    }
}
