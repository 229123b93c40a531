using System.Buffers;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>The elements of a list or set in place; for <c>foreach</c>. See <see cref="AttributeValueReader.EnumerateElements"/>.</summary>
public ref struct AttributeElements
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly AttributeSlot _collection;
    private readonly string? _expected;
    private JsonScanner _json;     // a list's next element
    private AttributeSlot _current;
    private AttributeSlot[]? _set; // a set's elements, sorted
    private int _count;
    private int _next;             // the element to give next; -1 before the first

    internal AttributeElements(ReadOnlySpan<byte> record, AttributeSlot collection, string? expected)
    {
        _record = record;
        _collection = collection;
        _expected = expected;
        _next = -1;
    }

    /// <summary>How many elements there are, to size what takes them; counts them first. A set's may be fewer where one occurs twice.</summary>
    public readonly int Count => CollectionWalk.Count(_record, _collection);

    /// <summary>The element at hand.</summary>
    public readonly AttributeValueReader Current => new(_record, _current, _expected);

    /// <summary>For <c>foreach</c>.</summary>
    public readonly AttributeElements GetEnumerator() => this;

    /// <summary>Goes to the next element.</summary>
    public bool MoveNext()
    {
        if (_collection.Kind != AttributeKind.L)
        {
            if (_next < 0)
            {
                _set = CollectionWalk.RentSortedSet(_record, _collection, out _count);
            }

            if (++_next >= _count)
            {
                return false;
            }

            _current = _set![_next];
            return true;
        }

        if (_next < 0)
        {
            _next = 0;
            _json = new(_record, _collection.Start + 1);
            if (_json.TryTake((byte)']'))
            {
                _next = int.MaxValue;
                return false;
            }
        }
        else if (_next == int.MaxValue || !_json.TakeCommaOrEnd((byte)']'))
        {
            _next = int.MaxValue;
            return false;
        }

        _current = ValueScanner.TakeChecked(_record, ref _json);
        return true;
    }

    /// <summary>Gives back what sorting a set took.</summary>
    public void Dispose()
    {
        if (_set is { } set)
        {
            _set = null;
            _count = 0;
            ArrayPool<AttributeSlot>.Shared.Return(set);
        }
    }
}
