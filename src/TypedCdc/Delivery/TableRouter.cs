using System.Collections.Concurrent;
using TypedCdc.Decoding;
using TypedCdc.Sinks;

namespace TypedCdc.Delivery;

/// <summary>
/// Finds the models of a table. A model has the names it was bound to at run time, or else the prefix and the name of its <c>[CdcTable]</c>.
/// An exact name goes before a pattern, and a longer pattern before a shorter one, so that <c>prod-*</c> can be the rest of what is not named.
/// </summary>
internal sealed class TableRouter : ITableRouter
{
    // Table names come from outside; what was found is remembered for this many.
    private const int MaximumCached = 10_000;

    private readonly List<(TableNamePattern Pattern, CdcModel Model)> _bindings = [];
    private readonly ConcurrentDictionary<string, CdcModel[]> _found = new(StringComparer.Ordinal);

    internal TableRouter(IEnumerable<CdcModel> models, IReadOnlyDictionary<Type, IReadOnlyList<string>> overrides, string prefix)
    {
        foreach (var model in models)
        {
            if (overrides.TryGetValue(model.ClrType, out var names))
            {
                _bindings.AddRange(names.Select(name => (new TableNamePattern(name), model)));
            }
            else
            {
                _bindings.Add((new TableNamePattern(prefix + model.Schema.TableName), model));
            }
        }
    }

    public IReadOnlyList<CdcModel> Find(string tableName)
    {
        if (_found.TryGetValue(tableName, out var found))
        {
            return found;
        }

        var matching = _bindings.Where(binding => binding.Pattern.Matches(tableName)).ToArray();
        var best = matching.Length == 0 ? 0 : matching.Max(Closeness);
        found = [.. matching.Where(binding => Closeness(binding) == best).Select(binding => binding.Model).Distinct()];
        if (_found.Count < MaximumCached)
        {
            _found.TryAdd(tableName, found);
        }

        return found;

        static int Closeness((TableNamePattern Pattern, CdcModel Model) binding) =>
            binding.Pattern.IsExact ? int.MaxValue : binding.Pattern.FixedLength;
    }
}
