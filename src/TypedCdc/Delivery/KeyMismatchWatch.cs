using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using TypedCdc.Decoding;

namespace TypedCdc.Delivery;

/// <summary>Looks for the reason why an item belongs to no model of its table: a key that nearly matches a pattern is most often one that another writer spells differently.</summary>
internal sealed class KeyMismatchWatch(EngineSettings settings)
{
    private const int MaximumSaid = 1_000; // patterns are the user's, but reasons times tables come from outside

    private readonly ConcurrentDictionary<(string Table, string Pattern, string Reason), bool> _said = new();

    /// <summary>Whether the key of an item nearly matches a model; logs the first one of each reason.</summary>
    /// <param name="record">An item that is of none of the models.</param>
    /// <param name="table">The table's models.</param>
    /// <param name="error">What to refuse the record with; null where it is only counted.</param>
    /// <exception cref="CdcDecodeException">The keys are malformed.</exception>
    internal bool Check(in CdcRecord record, TableRoute table, out CdcDecodeException? error)
    {
        error = null;
        if (settings.KeyMismatches == KeyMismatches.Ignore)
        {
            return false;
        }

        // Of several models the one that says most of its keys: OWNER#Ada#VISIT#01 is nearly a visit, and only just an owner.
        (CdcModel Model, KeyPattern Pattern, string Reason)? best = null;
        foreach (var candidate in table.Models)
        {
            if (ModelMatch.FindKeyMismatch(candidate, record, out var why) is { } found && (best is null || LiteralBytes(candidate) > LiteralBytes(best.Value.Model)))
            {
                best = (candidate, found, why);
            }
        }

        if (best is { } mismatch)
        {
            var (model, pattern, reason) = mismatch;
            if (settings.KeyMismatches == KeyMismatches.DeadLetter)
            {
                error = record.Explain(new CdcDecodeException(
                    $"The key nearly matches the pattern '{pattern.Text}' of '{model.ClrType.Name}', but {reason}.")
                { TableName = record.TableName, Position = record.Position });
            }
            else if (_said.Count < MaximumSaid && _said.TryAdd((record.TableName, pattern.Text, reason), true))
            {
                settings.Logger.KeyMismatch(record.TableName, pattern.Text, model.ClrType.Name, reason, KeyOf(record));
            }

            return true;
        }

        return false;
    }

    private static int LiteralBytes(CdcModel model)
    {
        var count = 0;
        foreach (var pattern in model.Attributes.Patterns)
        {
            count += pattern.LiteralBytes;
        }

        return count;
    }

    private string KeyOf(in CdcRecord record) => settings.ShowsKeys
        ? Encoding.UTF8.GetString(record.Keys.Span)
        : "(shown in development, or with EnableSensitiveData)";
}
