using System.Text;
using TypedCdc.Benchmarks.Decoding;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Fuzz.Differential;

/// <summary>Damages the records of one shape and compares; good records come between, so that what a bad one leaves behind would show.</summary>
internal sealed class FuzzRun : IDisposable
{
    private readonly GuardedMemory _memory = new(65_536);
    private readonly DecodeCorpus _corpus;
    private readonly RecordMutator _mutator;
    private readonly Random _random;
    private readonly FastPathCheck _check;
    private int _round;

    internal FuzzRun(string shape, AttributeOrder order, int seed)
    {
        _corpus = FuzzShapes.CorpusOf(shape, 300, order);
        _check = new(FuzzShapes.TableOf(shape));
        _mutator = new(seed);
        _random = new(seed);
        DecodeWorkspace.Forget();

        // The order of the model's own table is not that of the first record: both are learned.
        for (var i = 0; i < 20; i++)
        {
            Compare(_corpus[i]);
        }
    }

    /// <summary>How many records were taken by the fast path, good and damaged ones.</summary>
    internal int Taken => _check.Taken;

    /// <summary>Compares one record that is whole, then damaged ones.</summary>
    /// <returns>What differs, with the record; null where nothing does.</returns>
    internal string? Run(int mutations)
    {
        for (var i = 0; i < mutations; i++)
        {
            var record = _corpus[_random.Next(_corpus.Count)];
            var difference = Compare(i % 16 == 0 ? record : _mutator.Mutate(record));
            if (difference is not null)
            {
                return difference;
            }
        }

        return null;
    }

    public void Dispose() => _memory.Dispose();

    private string? Compare(ReadOnlySpan<byte> record)
    {
        if (record.Length > _memory.Capacity)
        {
            return null;
        }

        var placed = _round++ % 2 == 0 ? _memory.PlaceAtEnd(record) : _memory.PlaceAtStart(record);
        return _check.Compare(placed) is { } difference ? $"{difference}\n  {Encoding.Latin1.GetString(record)}" : null;
    }
}
