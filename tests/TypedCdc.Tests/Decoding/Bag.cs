using System.Globalization;
using System.Text;
using System.Text.Json;
using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Tests.Decoding;

/// <summary>An item as text that says what each attribute means, so that it can be compared with what an independent reader makes of the same bytes.</summary>
internal sealed record Bag(string Text)
{
    public readonly record struct Key(string Text);
}

/// <summary>A model of one attribute of every kind; others are unmapped.</summary>
internal sealed class BagModel : CdcModel<Bag>
{
    internal static readonly (string Name, AttributeKind Kinds, bool IsRequired)[] Specs =
    [
        ("id", AttributeKind.S | AttributeKind.N | AttributeKind.B, true),
        ("s", AttributeKind.S | AttributeKind.NULL, false),
        ("n", AttributeKind.N, false),
        ("b", AttributeKind.B, false),
        ("flag", AttributeKind.BOOL, false),
        ("nothing", AttributeKind.NULL | AttributeKind.S, false),
        ("m", AttributeKind.M, false),
        ("l", AttributeKind.L | AttributeKind.SS, false),
        ("ss", AttributeKind.SS, false),
        ("ns", AttributeKind.NS, false),
        ("bs", AttributeKind.BS, false),
        ("na\"me é", AttributeKind.S | AttributeKind.N, false),
    ];

    public override AttributeTable Attributes { get; } = new([.. Specs.Select(s => new AttributeSpec(s.Name, s.Kinds, s.IsRequired, s.Kinds.ToString()))]);

    public override TableSchema Schema { get; } = TestSchema.Of("bags", 0, -1, [.. Specs.Select(s => (s.Name, s.Kinds))]);

    public override Bag Read(in ItemReader item)
    {
        var text = new StringBuilder();
        for (var i = 0; i < Specs.Length; i++)
        {
            if (item.Has(i))
            {
                text.Append(Specs[i].Name).Append('=');
                Describe(item[i], text);
                text.Append(';');
            }
        }

        return new(text.ToString());
    }

    public override object ReadKey(in ItemReader keys)
    {
        var text = new StringBuilder();
        Describe(keys[0], text);
        return new Bag.Key(text.ToString());
    }

    public override void Write(Utf8JsonWriter writer, Bag value) => throw new NotSupportedException();

    internal static void Describe(AttributeValueReader value, StringBuilder text)
    {
        text.Append(value.Kind).Append(':');
        switch (value.Kind)
        {
            case AttributeKind.S:
                text.Append(value.GetString());
                break;
            case AttributeKind.N:
                text.Append(Oracle.NumberOf(value.GetNumber().ToString(null, CultureInfo.InvariantCulture)));
                break;
            case AttributeKind.B:
                text.Append(Convert.ToHexString(value.GetBytes()));
                break;
            case AttributeKind.BOOL:
                text.Append(value.GetBoolean() ? "true" : "false");
                break;
            case AttributeKind.M:
                var entries = new List<(string Name, string Value)>();
                foreach (var entry in value.EnumerateMap())
                {
                    var inner = new StringBuilder();
                    Describe(entry.Value, inner);
                    entries.Add((entry.GetName(), inner.ToString()));
                }

                Assert.Equal(entries.Count, value.EnumerateMap().Count);
                entries.Sort((x, y) => string.CompareOrdinal(x.Name, y.Name));
                text.AppendJoin(',', entries);
                break;
            case AttributeKind.NULL:
                break;
            default:
                var count = 0;
                foreach (var element in value.EnumerateElements())
                {
                    text.Append(count++.ToString(CultureInfo.InvariantCulture)).Append('[');
                    Describe(element, text);
                    text.Append(']');
                }

                break;
        }
    }
}
