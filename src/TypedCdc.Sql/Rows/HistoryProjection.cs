using TypedCdc.Decoding;
using TypedCdc.Sinks;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Rows;

/// <summary>Makes the rows of a sink's histories.</summary>
/// <param name="tables">The histories.</param>
/// <param name="router">Which models' items a DynamoDB table has.</param>
internal sealed class HistoryProjection(IEnumerable<TargetTable> tables, ITableRouter router)
{
    private readonly (HistoryReader Reader, Type ClrType)[] _readers = [.. tables.Select(static table => (new HistoryReader(table), table.History!.Model.ClrType))];

    /// <summary>Adds the rows that a record means.</summary>
    /// <exception cref="CdcDecodeException">The record does not fit a history; it is in the others.</exception>
    public void Read(in CdcRecord record, int index, RowBuffer[] buffers)
    {
        var models = router.Find(record.TableName);
        CdcDecodeException? first = null;
        foreach (var (reader, type) in _readers)
        {
            if (!IsOf(models, type))
            {
                continue;
            }

            try
            {
                reader.Read(record, index, isShared: models.Count > 1, buffers[reader.Index]);
            }
            catch (CdcDecodeException error)
            {
                first ??= error;
            }
        }

        if (first is not null)
        {
            throw first;
        }
    }

    private static bool IsOf(IReadOnlyList<CdcModel> models, Type type)
    {
        for (var i = 0; i < models.Count; i++)
        {
            if (models[i].ClrType == type)
            {
                return true;
            }
        }

        return false;
    }
}
