using System.Text;
using TypedCdc.DeadLetters;

namespace TypedCdc.Lambda.Tests.Harness;

internal sealed class DeadLetterList : IDeadLetterStore
{
    private readonly Lock _gate = new();
    private readonly List<(DeadLetter Letter, string Payload)> _stored = [];

    internal IReadOnlyList<(DeadLetter Letter, string Payload)> Stored
    {
        get
        {
            lock (_gate)
            {
                return [.. _stored];
            }
        }
    }

    public ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _stored.AddRange(deadLetters.Select(letter => (letter, Encoding.UTF8.GetString(letter.Payload.Span))));
        }

        return default;
    }
}
