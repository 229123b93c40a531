using System.Collections.Immutable;

namespace TypedCdc.Decoding;

// Lists, sets and maps as the collections of .NET. A list takes an L, and a set too (sorted); a set takes a set.
public readonly ref partial struct AttributeValueReader
{
    /// <summary>An L, or an SS, NS or BS (sorted, each element once), as a list.</summary>
    public List<T> GetList<T>(AttributeReader<T> element)
    {
        var elements = EnumerateElements();
        var list = new List<T>(elements.Count);
        foreach (var one in elements)
        {
            list.Add(element(one));
        }

        if (typeof(T) == typeof(bool) && Kind == AttributeKind.NS)
        {
            list.Reverse(); // a set of 1 and 0: true comes first, however the record orders them
        }

        return list;
    }

    /// <summary>An L, or an SS, NS or BS (sorted, each element once), as an array.</summary>
    public T[] GetArray<T>(AttributeReader<T> element)
    {
        var elements = EnumerateElements();
        var array = new T[elements.Count];
        var count = 0;
        foreach (var one in elements)
        {
            array[count++] = element(one);
        }

        array = count == array.Length ? array : array[..count];
        if (typeof(T) == typeof(bool) && Kind == AttributeKind.NS)
        {
            Array.Reverse(array); // as in a list
        }

        return array;
    }

    /// <summary>An L, or an SS, NS or BS (sorted, each element once), as an immutable array.</summary>
    public ImmutableArray<T> GetImmutableArray<T>(AttributeReader<T> element) =>
        System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(GetArray(element));

    /// <summary>An L, or an SS, NS or BS (sorted, each element once), as an immutable list.</summary>
    public ImmutableList<T> GetImmutableList<T>(AttributeReader<T> element) => ImmutableList.Create(GetArray(element));

    /// <summary>An SS, NS or BS as a set. It enumerates in order: text by code point, numbers by value, bytes by value.</summary>
    public HashSet<T> GetSet<T>(AttributeReader<T> element)
    {
        var elements = EnumerateSet();
        var set = new HashSet<T>(elements.Count);
        foreach (var one in elements)
        {
            set.Add(element(one));
        }

        return set;
    }

    /// <summary>An SS, NS or BS as a sorted set.</summary>
    public SortedSet<T> GetSortedSet<T>(AttributeReader<T> element)
    {
        // Text sorts by code point like everything of DynamoDB's, and so the same in every culture.
        var set = new SortedSet<T>(typeof(T) == typeof(string) ? (IComparer<T>)(object)StringComparer.Ordinal : null);
        foreach (var one in EnumerateSet())
        {
            set.Add(element(one));
        }

        return set;
    }

    /// <summary>An SS, NS or BS as an immutable set.</summary>
    public ImmutableHashSet<T> GetImmutableSet<T>(AttributeReader<T> element)
    {
        var set = ImmutableHashSet.CreateBuilder<T>();
        foreach (var one in EnumerateSet())
        {
            set.Add(element(one));
        }

        return set.ToImmutable();
    }

    /// <summary>An M as a dictionary, in the order of the record.</summary>
    public Dictionary<string, T> GetDictionary<T>(AttributeReader<T> element)
    {
        var entries = EnumerateMap();
        var dictionary = new Dictionary<string, T>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            dictionary.Add(entry.GetName(), element(entry.Value));
        }

        return dictionary;
    }

    /// <summary>An M as a dictionary that is sorted by name, by UTF-16 code unit.</summary>
    public SortedDictionary<string, T> GetSortedDictionary<T>(AttributeReader<T> element)
    {
        var dictionary = new SortedDictionary<string, T>(StringComparer.Ordinal);
        foreach (var entry in EnumerateMap())
        {
            dictionary.Add(entry.GetName(), element(entry.Value));
        }

        return dictionary;
    }

    /// <summary>An M as an immutable dictionary.</summary>
    public ImmutableDictionary<string, T> GetImmutableDictionary<T>(AttributeReader<T> element)
    {
        var dictionary = ImmutableDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        foreach (var entry in EnumerateMap())
        {
            dictionary.Add(entry.GetName(), element(entry.Value));
        }

        return dictionary.ToImmutable();
    }
}
