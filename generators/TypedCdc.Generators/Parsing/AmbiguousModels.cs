// Two models of one table that can both match one item: every record of it would be delivered twice, as two things.
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using TypedCdc.Generators.Diagnostics;
using TypedCdc.Generators.Model;

namespace TypedCdc.Generators.Parsing;

/// <summary>Compares the models of each table.</summary>
internal static class AmbiguousModels
{
    /// <summary>One mistake for each pair of models that cannot be told apart, at the later one.</summary>
    public static IEnumerable<DiagnosticInfo> Find(ImmutableArray<ModelIdentity> own, ImmutableArray<ModelIdentity> external)
    {
        foreach (var table in own.Concat(external).Distinct().GroupBy(static model => model.TableName, StringComparer.Ordinal))
        {
            var models = table.OrderBy(static model => model.Path, StringComparer.Ordinal).ThenBy(static model => model.Start).ToList();
            for (var later = 1; later < models.Count; later++)
            {
                for (var earlier = 0; earlier < later; earlier++)
                {
                    if (models[later].TypeName != models[earlier].TypeName && FindDoubt(models[earlier], models[later]) is { } reason)
                    {
                        yield return new(
                            Rules.AmbiguousModels.Id, models[later].Path, models[later].Start, models[later].Length,
                            new([table.Key, models[earlier].Name, models[later].Name, reason]));
                    }
                }
            }
        }
    }

    // Null where one of key patterns and discriminators keeps the two apart.
    private static string? FindDoubt(ModelIdentity one, ModelIdentity other)
    {
        string? doubt = null;
        foreach (var pattern in one.Patterns)
        {
            if (other.Patterns.FirstOrDefault(another => another.Role == pattern.Role) is { } counterpart)
            {
                if (!KeyLanguage.Of(pattern).Overlaps(KeyLanguage.Of(counterpart)))
                {
                    return null;
                }

                doubt ??= pattern.Text == counterpart.Text ? $"both have the key pattern '{pattern.Text}'" : $"one text can match both key patterns, '{pattern.Text}' and '{counterpart.Text}'";
            }
        }

        if (one.Discriminator is not null && one.Discriminator == other.Discriminator)
        {
            var shared = one.Values.Intersect(other.Values, StringComparer.Ordinal).ToList();
            return shared.Count == 0 ? null : $"both have the value '{shared[0]}' of the attribute '{one.Discriminator}'";
        }

        if (doubt is null && (one.Discriminator ?? other.Discriminator) is not null)
        {
            doubt = one.Discriminator is not null && other.Discriminator is not null
                ? $"one is told by the attribute '{one.Discriminator}' and the other by '{other.Discriminator}', and an item can have both"
                : $"'{(one.Discriminator is null ? one : other).Name}' takes every item of it";
        }

        return doubt ?? "nothing tells their items apart, neither a Discriminator nor the Pattern of a key";
    }
}
