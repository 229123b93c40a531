using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>Makes rows of the records of tables without a model, and notes which tables and columns are still to be made for them.</summary>
internal sealed class SchemalessReader(ISchemalessRules tables, SchemalessCatalog catalog, ValueLimits limits, IRowReports metrics)
{
    private static readonly List<SchemalessShape> Nothing = [];

    private readonly Dictionary<string, SchemalessRowReader> _readers = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether records may wish for tables and columns. Where they may not, what is missing is a reason to refuse them: it was asked for, and the database does not have it.
    /// </summary>
    public bool MayWish { get; set; }

    /// <summary>The tables with the columns that records wish for. None of the rows counts as long as there is one.</summary>
    public IReadOnlyList<SchemalessShape> Wanted
    {
        get
        {
            var wanted = Nothing;
            foreach (var reader in _readers.Values)
            {
                if (reader.IsWanted)
                {
                    (wanted = wanted == Nothing ? [] : wanted).Add(reader.Wanted);
                }
            }

            return wanted;
        }
    }

    /// <summary>Forgets what former records have wished for.</summary>
    public void Begin()
    {
        foreach (var (table, reader) in _readers)
        {
            reader.ForgetMissing();
            if (reader.IsNew)
            {
                _readers.Remove(table); // which an enumeration of a Dictionary survives
            }
        }
    }

    /// <summary>Adds the row that a record means.</summary>
    /// <param name="record">The record.</param>
    /// <param name="index">Its index in the write.</param>
    /// <param name="buffers">One a table of the catalogue.</param>
    /// <returns>False for a record of a table with a model, or of one that nobody wants.</returns>
    /// <exception cref="CdcDecodeException">The record cannot be a row of its table.</exception>
    public bool TryRead(in CdcRecord record, int index, RowBuffer[] buffers)
    {
        if (tables.Find(record.TableName) is not { } rule)
        {
            return false;
        }

        RowReader.RequireOrder(record, metrics);
        try
        {
            if (!_readers.TryGetValue(record.TableName, out var reader))
            {
                reader = Open(rule, record);
                if (!reader.IsNew)
                {
                    _readers.Add(record.TableName, reader);
                }
            }

            reader.Read(record, index, buffers, MayWish);
            _readers.TryAdd(record.TableName, reader); // only a sound record makes a table
            return true;
        }
        catch (CdcDecodeException error)
        {
            throw record.Explain(error);
        }
    }

    private SchemalessRowReader Open(SchemalessRule rule, in CdcRecord record)
    {
        if (catalog.Tables.TryGetValue(record.TableName, out var known))
        {
            return new(known.Shape, known.Target.Index, tables, limits);
        }

        if (!SchemalessNames.IsTableName(record.TableName))
        {
            throw new CdcDecodeException("The table's name is none that DynamoDB has: 1 to 255 letters, digits, '_', '-' or '.'.");
        }

        return new(new(rule, record.TableName, SchemalessRowReader.KeysOf(rule, record), []), SchemalessRowReader.NoIndex, tables, limits);
    }
}
