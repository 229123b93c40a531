using TypedCdc.Changes;
using TypedCdc.Schema;

namespace TypedCdc;

/// <summary>The attributes that differ between a change's two images, in the model's order. Enumerates without allocating.</summary>
/// <typeparam name="T">The model.</typeparam>
public readonly struct ChangedAttributes<T>
{
    private readonly AttributeMask _mask;
    private readonly TableSchema _schema;

    internal ChangedAttributes(in AttributeMask mask, TableSchema schema)
    {
        _mask = mask;
        _schema = schema;
    }

    /// <summary>How many attributes differ.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var _ in this)
            {
                count++;
            }

            return count;
        }
    }

    /// <summary>Enumerates the attributes that differ.</summary>
    public Enumerator GetEnumerator() => new(_mask, _schema);

    /// <summary>Walks the set bits of the mask.</summary>
    public struct Enumerator
    {
        private readonly AttributeMask _mask;
        private readonly TableSchema _schema;
        private int _index;

        internal Enumerator(in AttributeMask mask, TableSchema schema)
        {
            _mask = mask;
            _schema = schema;
            _index = -1;
        }

        /// <summary>The attribute at hand.</summary>
        public readonly AttributeSchema Current => _schema.Attributes[_index];

        /// <summary>Goes to the next attribute that differs.</summary>
        public bool MoveNext()
        {
            while (++_index < _schema.Attributes.Length)
            {
                if (_mask[_index])
                {
                    return true;
                }
            }

            return false;
        }
    }
}
