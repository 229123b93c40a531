using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Fleet;

/// <summary>Which leases a worker takes now: its share is the leases divided by the workers, rounded up. Unowned and expired ones first; else one at most is stolen from the most loaded worker.</summary>
internal static class TakePlan
{
    /// <param name="leases">The leases that have not ended.</param>
    /// <param name="isExpired">Whether a lease's counter has stood still for too long.</param>
    /// <param name="me">This worker.</param>
    /// <param name="limit">How many are taken at most: workers that start together see each other before one of them has taken everything.</param>
    /// <param name="isHeld">Whether this worker holds a lease, or is taking it.</param>
    /// <param name="random">Spreads the choice, so that workers do not all take the same.</param>
    internal static IReadOnlyList<(Lease Lease, LeaseTakeReason Reason)> Make(
        IReadOnlyList<Lease> leases, Func<Lease, bool> isExpired, string me, int limit, Func<Lease, bool> isHeld, Random random)
    {
        var mine = leases.Count(isHeld);
        var available = new List<(Lease Lease, LeaseTakeReason Reason)>();
        var loads = new Dictionary<string, List<Lease>>(StringComparer.Ordinal) { [me] = [] };
        foreach (var lease in leases)
        {
            if (isHeld(lease))
            {
                continue;
            }

            // One of mine that I do not hold: the answer to the take was lost.
            if (lease.Owner is null || lease.Owner == me)
            {
                available.Add((lease, LeaseTakeReason.Unowned));
            }
            else if (isExpired(lease))
            {
                available.Add((lease, LeaseTakeReason.Expired));
            }
            else if (loads.TryGetValue(lease.Owner, out var load))
            {
                load.Add(lease);
            }
            else
            {
                loads.Add(lease.Owner, [lease]);
            }
        }

        var target = (leases.Count + loads.Count - 1) / loads.Count;
        var wanted = target - mine;
        if (wanted <= 0)
        {
            return [];
        }

        if (available.Count > 0)
        {
            var chosen = available.ToArray();
            random.Shuffle(chosen);
            return chosen[..Math.Min(chosen.Length, Math.Min(wanted, limit))];
        }

        var most = loads.Values.MaxBy(load => load.Count)!;
        return most.Count > target && most.Count > mine + 1 ? [(most[random.Next(most.Count)], LeaseTakeReason.Steal)] : [];
    }
}
