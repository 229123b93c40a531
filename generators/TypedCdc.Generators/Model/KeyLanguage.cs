// The texts that a key pattern can match, as a small automaton: samples are asked by it, and two patterns are told apart by it. It may take a few texts more than the
// decoder does (300 for a byte), never fewer: two patterns that it tells apart are apart.
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace TypedCdc.Generators.Model;

/// <summary>A nondeterministic automaton over UTF-16 characters.</summary>
internal sealed class KeyLanguage
{
    private const string Digits = "0123456789";

    // Of each state: the steps over one character, and the steps over none.
    private readonly List<List<(CharacterSet Set, int To)>> _steps = [];
    private readonly List<List<int>> _free = [];
    private readonly int _end;

    private KeyLanguage(KeyPatternModel pattern)
    {
        var at = Add();
        for (var i = 0; i < pattern.Parts.Count; i++)
        {
            at = Part(Literal(at, pattern.Literals[i]), pattern.Parts[i], pattern.Separators(i));
        }

        _end = Literal(at, pattern.Literals[pattern.Parts.Count]);
    }

    public static KeyLanguage Of(KeyPatternModel pattern) => new(pattern);

    /// <summary>
    /// The part of a text that keeps it from matching although it has all the pattern's literals; null where the text matches, or where it has not, and so is the key of
    /// something else. As <c>TypedCdc.Decoding.KeyPattern</c> finds it.
    /// </summary>
    public static int? FindMismatch(KeyPatternModel pattern, string text)
    {
        var at = pattern.Literals[0].Length;
        if (pattern.Parts.Count == 0 || pattern.Literals.All(static literal => literal.Length == 0)
            || !text.StartsWith(pattern.Literals[0], System.StringComparison.Ordinal) || Of(pattern).Matches(text))
        {
            return null;
        }

        int? mismatch = null;
        for (var i = 0; i < pattern.Parts.Count; i++)
        {
            var next = pattern.Literals[i + 1];
            var end = i + 1 < pattern.Parts.Count ? text.IndexOf(next, at, System.StringComparison.Ordinal)
                : text.Length - next.Length >= at && text.EndsWith(next, System.StringComparison.Ordinal) ? text.Length - next.Length
                : -1;
            if (end < 0)
            {
                return null;
            }

            var part = pattern with { Literals = new([pattern.Literals[i], next]), Parts = new([pattern.Parts[i]]) };
            if (mismatch is null && !Of(part).Matches(pattern.Literals[i] + text.Substring(at, end - at) + next))
            {
                mismatch = i;
            }

            at = end + next.Length;
        }

        return mismatch ?? 0;
    }

    /// <summary>Whether a text is one of the pattern's.</summary>
    public bool Matches(string text)
    {
        var states = Closure([0]);
        foreach (var character in text)
        {
            states = Closure(states.SelectMany(state => _steps[state]).Where(step => step.Set.Contains(character)).Select(static step => step.To));
        }

        return states.Contains(_end);
    }

    /// <summary>Whether there is a text that both match.</summary>
    public bool Overlaps(KeyLanguage other)
    {
        var seen = new HashSet<(int, int)> { (0, 0) };
        var open = new Stack<(int Left, int Right)>(seen);
        while (open.Count > 0)
        {
            var (left, right) = open.Pop();
            if (left == _end && right == other._end)
            {
                return true;
            }

            var next = _free[left].Select(to => (to, right))
                .Concat(other._free[right].Select(to => (left, to)))
                .Concat(_steps[left].SelectMany(step => other._steps[right].Where(one => one.Set.Intersects(step.Set)).Select(one => (step.To, one.To))));
            foreach (var pair in next.Where(seen.Add))
            {
                open.Push(pair);
            }
        }

        return false;
    }

    private int Part(int from, KeyPartModel part, string separators) => part.Kind switch
    {
        KeyPartKind.Rest => Loop(from, new(true, "")),
        KeyPartKind.Integer when part.Width > 0 => Filled(from, part.Width),
        KeyPartKind.Integer => Integer(from, isSigned: part.TypeName is not ("byte" or "ushort" or "uint" or "ulong" or "global::System.UInt128")),
        KeyPartKind.Guid => Shape(from, part.Format == "N" ? new('x', 32) : "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
        KeyPartKind.Date => Shape(from, "dddd-dd-dd"),
        KeyPartKind.Time when part.Format.Length > 0 && part.Format[0] != 'f' => Shape(from, new(part.Format.Select(static one => "yMdHmsf".IndexOf(one) >= 0 ? 'd' : one).ToArray())),
        KeyPartKind.Time => Time(from, part.Format.Length),
        _ when part.Names.Count > 0 => Names(from, part.Names),
        _ => Loop(Step(from, new(true, separators)), new(true, separators)),
    };

    private int Literal(int from, string text) => text.Aggregate(from, (at, character) => Step(at, new(false, character.ToString(CultureInfo.InvariantCulture))));

    private int Integer(int from, bool isSigned)
    {
        var end = Add();
        var digits = Loop(Step(from, new(false, "123456789")), new(false, Digits));
        Free(digits, end);
        Free(Step(from, new(false, "0")), end);
        if (isSigned)
        {
            Free(Loop(Step(Step(from, new(false, "-")), new(false, "123456789")), new(false, Digits)), end);
        }

        return end;
    }

    // As many digits as the width, or more that do not begin with a zero.
    private int Filled(int from, int width)
    {
        var end = Add();
        Free(Shape(from, new('d', width)), end);
        Free(Loop(Shape(Step(from, new(false, "123456789")), new('d', width)), new(false, Digits)), end);
        return end;
    }

    private int Time(int from, int digits)
    {
        var at = Shape(from, "dddd-dd-ddTdd:dd:dd");
        var end = Add();
        if (digits == 0)
        {
            Free(Step(at, new(false, "Z")), end);
        }

        var fraction = Step(at, new(false, "."));
        for (var i = 1; i <= (digits == 0 ? 7 : digits); i++)
        {
            fraction = Step(fraction, new(false, Digits));
            if (digits == 0 || i == digits)
            {
                Free(Step(fraction, new(false, "Z")), end);
            }
        }

        return end;
    }

    private int Names(int from, IEnumerable<string> names)
    {
        var end = Add();
        foreach (var name in names)
        {
            Free(Literal(from, name), end);
        }

        return end;
    }

    // x is a digit of a UUID, d a decimal one; all else is itself.
    private int Shape(int from, string shape) => shape.Aggregate(from, (at, character) => Step(at, character switch
    {
        'x' => new(false, Digits + "abcdef"),
        'd' => new(false, Digits),
        _ => new(false, character.ToString(CultureInfo.InvariantCulture)),
    }));

    private int Loop(int at, CharacterSet set)
    {
        // A state of its own: what goes on from here must not loop.
        var loop = Add();
        Free(at, loop);
        _steps[loop].Add((set, loop));
        return loop;
    }

    private int Step(int from, CharacterSet set)
    {
        var to = Add();
        _steps[from].Add((set, to));
        return to;
    }

    private void Free(int from, int to) => _free[from].Add(to);

    private int Add()
    {
        _steps.Add([]);
        _free.Add([]);
        return _steps.Count - 1;
    }

    private HashSet<int> Closure(IEnumerable<int> states)
    {
        var closed = new HashSet<int>();
        var open = new Stack<int>(states);
        while (open.Count > 0)
        {
            var state = open.Pop();
            if (closed.Add(state))
            {
                foreach (var to in _free[state])
                {
                    open.Push(to);
                }
            }
        }

        return closed;
    }

    private readonly struct CharacterSet(bool isNegated, string characters)
    {
        private bool IsNegated { get; } = isNegated;

        private string Characters { get; } = characters;

        public bool Contains(char character) => (Characters.IndexOf(character) >= 0) != IsNegated;

        public bool Intersects(CharacterSet other)
        {
            var (left, right) = (this, other);
            return left.IsNegated ? right.IsNegated || right.Characters.Any(left.Contains) : left.Characters.Any(right.Contains);
        }
    }
}
