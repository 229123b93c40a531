using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using TypedCdc.Decoding;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>
/// Finds the columns of an item's attributes. An attribute takes its plain name (<c>Name</c> → <c>name</c>); where several attributes of one item have the same plain name, each takes a
/// column of its own, with a hash of its name behind, but for the one that is spelled like the plain name. So where a value stands depends on its item alone, and not on what was seen
/// before; and no item has to be refused.
/// </summary>
internal sealed class SchemalessColumns
{
    private const int MaximumNames = 20_000; // attribute names come from outside

    private readonly SchemalessShape _shape;
    private readonly Dictionary<string, int> _ordinals;
    private readonly Dictionary<byte[], Attribute> _attributes = new(Utf8Names.Instance);
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly List<string> _missing = [];
    private readonly HashSet<string> _isMissing = new(StringComparer.Ordinal);
    private readonly List<(Attribute Attribute, AttributeSlot Value)> _item = [];
    private readonly List<(int Ordinal, AttributeSlot Value)> _found = [];
    private readonly List<int> _filled; // by ordinal: the item that filled it
    private int _number; // of the item at hand

    public SchemalessColumns(SchemalessShape shape)
    {
        _shape = shape;
        _ordinals = new(shape.Columns.Length, StringComparer.Ordinal);
        foreach (var column in shape.Columns)
        {
            _ordinals.Add(column, _ordinals.Count);
        }

        _filled = [.. Enumerable.Repeat(0, shape.Columns.Length)];
    }

    /// <summary>The columns that were looked for and are not there.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>The last column that was looked for in vain.</summary>
    public string LastMissing { get; private set; } = "";

    /// <summary>The values of the item at hand by the ordinals of their columns, among those of attributes.</summary>
    public ReadOnlySpan<(int Ordinal, AttributeSlot Value)> Found => CollectionsMarshal.AsSpan(_found);

    /// <summary>Takes back what was looked for in vain since there were <paramref name="count"/> of them.</summary>
    public void ForgetMissing(int count)
    {
        foreach (var column in _missing[count..])
        {
            _isMissing.Remove(column);
        }

        CollectionsMarshal.SetCount(_missing, count);
    }

    /// <summary>Finds the columns of an item's attributes, without those of the key.</summary>
    /// <param name="image">The item, which has been scanned before.</param>
    /// <param name="keys">The key's attributes.</param>
    /// <returns>False where some column is not there.</returns>
    /// <exception cref="CdcDecodeException">Two attributes would be one column.</exception>
    public bool Find(ReadOnlySpan<byte> image, AttributeTable keys)
    {
        if (_attributes.Count > MaximumNames)
        {
            _attributes.Clear();
            _groups.Clear();
        }

        _number++;
        _item.Clear();
        _found.Clear();
        Span<byte> scratch = stackalloc byte[256];
        var attributes = _attributes.GetAlternateLookup<ReadOnlySpan<byte>>();
        var item = new ItemScanner(image);
        while (item.Read())
        {
            using var name = new UnescapedText(item.Name.Of(image), scratch);
            if (keys.Find(name.Utf8) >= 0)
            {
                continue;
            }

            if (!attributes.TryGetValue(name.Utf8, out var attribute))
            {
                attribute = Add(name.Utf8);
            }

            attribute.Group.Count(_number);
            _item.Add((attribute, item.Value));
        }

        var isComplete = true;
        foreach (var (attribute, value) in _item)
        {
            var isPlain = !attribute.Group.IsOfKey && (attribute.Group.Members == 1 || attribute.IsExact);
            var ordinal = isPlain ? attribute.PlainOrdinal : attribute.OwnOrdinal;
            if (ordinal < 0)
            {
                Miss(isPlain ? attribute.Plain : attribute.Own);
                isComplete = false;
                continue;
            }

            if (_filled[ordinal] == _number)
            {
                throw new CdcDecodeException($"Two attributes of the item would be the one column '{_shape.Columns[ordinal]}'. Keep these items as documents.");
            }

            _filled[ordinal] = _number;
            _found.Add((ordinal, value));
        }

        return isComplete;
    }

    private Attribute Add(ReadOnlySpan<byte> utf8)
    {
        var name = Encoding.UTF8.GetString(utf8);
        var plain = SchemalessNames.Plain(name, _shape.Rule.OwnColumn, _shape.Rule.Columns);
        if (!_groups.TryGetValue(plain, out var group))
        {
            _groups.Add(plain, group = new(_shape.Keys.Any(key => string.Equals(key.Column, plain, StringComparison.Ordinal))));
        }

        var own = SchemalessNames.Own(plain, name);
        var attribute = new Attribute(group, plain, own, string.Equals(name, plain, StringComparison.Ordinal), OrdinalOf(plain), OrdinalOf(own));
        _attributes.Add(utf8.ToArray(), attribute);
        return attribute;
    }

    private int OrdinalOf(string column) => _ordinals.GetValueOrDefault(column, -1);

    private void Miss(string column)
    {
        LastMissing = column;
        if (_isMissing.Add(column))
        {
            _missing.Add(column);
        }
    }

    /// <summary>An attribute, with the columns that it may take.</summary>
    private sealed record Attribute(Group Group, string Plain, string Own, bool IsExact, int PlainOrdinal, int OwnOrdinal);

    /// <summary>The attributes of one plain name.</summary>
    private sealed class Group(bool isOfKey)
    {
        private int _item;

        /// <summary>The name is a key column's.</summary>
        public bool IsOfKey { get; } = isOfKey;

        /// <summary>How many there are in the item at hand.</summary>
        public int Members { get; private set; }

        public void Count(int item)
        {
            Members = _item == item ? Members + 1 : 1;
            _item = item;
        }
    }

    /// <summary>Names as bytes, looked up without making a string.</summary>
    private sealed class Utf8Names : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Names Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
