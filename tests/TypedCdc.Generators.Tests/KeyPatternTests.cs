// Key patterns: what is generated for them, what is wrong with them, and when two models cannot be told apart by them.
using Microsoft.CodeAnalysis;
using TypedCdc.Decoding;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Tests.Harness;

namespace TypedCdc.Generators.Tests;

public sealed class KeyPatternTests
{
    private const string Members = "{ public required long Id { get; init; } public required string Name { get; init; } public required Guid Order { get; init; } }";

    private static string Model(string partitionKey, string sortKey = "PROFILE", string more = "", string members = Members) =>
        $"[CdcTable(\"app\"{more})] [PartitionKey(\"PK\", Pattern = {partitionKey})] [SortKey(\"SK\", Pattern = \"{sortKey}\")] public partial record One {members}";

    [Fact]
    public void Single_table_model() => Snapshot.Verify(
        MarkedSource.ExpectNone(
            """
            namespace Shop;

            [CdcTable("app", SqlName = "orders")]
            [PartitionKey("PK", Pattern = "CUSTOMER#{Id}")]
            [SortKey("SK", Pattern = "ORDER#{Placed:fff}#{OrderId}")]
            public sealed partial record Order
            {
                public required long Id { get; init; }
                public required DateTimeOffset Placed { get; init; }
                public required Guid OrderId { get; init; }
                [CdcAttribute("total")] public decimal? Total { get; init; }
            }
            """).Source("Order.g.cs"),
        typeof(KeyPatternTests));

    [Fact]
    public void Pattern_on_a_member() => Snapshot.Verify(
        MarkedSource.ExpectNone(
            """
            namespace Shop;

            [CdcTable("app", Discriminator = "type", DiscriminatorValue = "order")]
            public sealed partial record Order
            {
                [PartitionKey("PK", Pattern = "CUSTOMER#{Id}")] public required string Pk { get; init; }
                [SortKey("SK", Pattern = "ORDER")] public required string Sk { get; init; }
                public long Id { get; init; }
            }
            """).Source("Order.g.cs"),
        typeof(KeyPatternTests));

    [Theory]
    [InlineData("CUSTOMER#{Id}")]
    [InlineData("{Name}")]
    [InlineData("{{x}}{Id}")]
    [InlineData("{Id:D8}-{Id:D8}")]
    [InlineData("a{Name}b{Order:N}c{*Name}")]
    [InlineData("{Order:D}#{Id}#")]
    [InlineData("{DayOfWeek}")]
    [InlineData("{Byte}|{Day}|{Local:fffffff}|{At}|{Big}")]
    [InlineData("{At:O}|{Local:O}|{Day:O}|{Id:D6}")]
    [InlineData("{At:yyyy-MM-dd}#{Local:s}")]
    [InlineData("{At:yyyy-MM-ddTHH:mm:sszzz}|{Local:yyyy-MM-dd'T'HH:mm:ss.ffffffK}")]
    public void TCDC040_what_a_pattern_can_be(string pattern) => MarkedSource.ExpectNone(Model($"\"{pattern}\"", members:
        "{ public required long Id { get; init; } public required string Name { get; set; } public required Guid Order { get; init; } public DayOfWeek DayOfWeek { get; init; } "
        + "public byte Byte { get; init; } public DateOnly Day { get; init; } public DateTime Local { get; init; } public DateTimeOffset At { get; init; } public Int128 Big { get; init; } }"));

    [Theory]
    [InlineData("CUSTOMER#{Other}", "'Other' is no member of 'One'")]
    [InlineData("CUSTOMER#{id}", "'id' is no member of 'One'")]
    [InlineData("CUSTOMER#{}", "here is none")]
    [InlineData("CUSTOMER#{Id", "braces do not match")]
    [InlineData("CUSTOMER#Id}", "braces do not match")]
    [InlineData("CUSTOMER#{{Id}", "braces do not match")]
    [InlineData("CUSTOMER#{Na{Id}}", "braces do not match")]
    [InlineData("", "it is empty")]
    [InlineData("{Id}{Name}", "nothing between them")]
    [InlineData("{Id}0{Name}", "a digit stands behind")]
    [InlineData("{*Name}#{Id}", "a string at the end")]
    [InlineData("{*Id}", "a string at the end")]
    [InlineData("{Id:N}", "a format that its type does not have")]
    [InlineData("{Name:D8}", "a format that its type does not have")]
    [InlineData("{Id:D0}", "a format that its type does not have")]
    [InlineData("{Amount}", "has no text of its own")]
    [InlineData("{Bytes}", "has no text of its own")]
    [InlineData("{Maybe}", "can be null")]
    [InlineData("{Text}", "can be null")]
    [InlineData("{Ignored}", "'Ignored' is no member of 'One'")]
    [InlineData("{Own}", "has an attribute of its own")]
    [InlineData("a_{Color}", "holds a character that separates the parts")]
    [InlineData("{Id}#{Id:D8}", "another format")]
    public void TCDC040_what_it_cannot_be(string pattern, string reason)
    {
        var members = "{ public required long Id { get; init; } public required string Name { get; init; } public decimal Amount { get; init; } public required byte[] Bytes { get; init; } "
            + "public int? Maybe { get; init; } public string? Text { get; init; } [CdcIgnore] public int Ignored { get; init; } [CdcAttribute(\"own\")] public int Own { get; init; } "
            + "public Paint Color { get; init; } } public enum Paint { Dark_red, Blue }";
        var run = GeneratorRun.Of(Model($"\"{pattern}\"", members: members));
        var found = Assert.Single(run.Diagnostics);
        Assert.Equal("TCDC040", found.Id);
        Assert.Equal(DiagnosticSeverity.Error, found.Severity);
        Assert.Contains(reason, found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal($"Pattern = \"{pattern}\"", found.Location.SourceTree!.ToString().Substring(found.Location.SourceSpan.Start, found.Location.SourceSpan.Length));
    }

    [Theory]
    [InlineData("[CdcTable(\"app\")] [[|PartitionKey|]] public partial record One { public long Id { get; init; } }")]
    [InlineData("[CdcTable(\"app\")] [[|PartitionKey(\"PK\")|]] public partial record One { public long Id { get; init; } }")]
    [InlineData("[CdcTable(\"app\")] [PartitionKey([|Pattern = \"A#x\"|])] public partial record One { public long Id { get; init; } }")]
    [InlineData("[CdcTable(\"app\")] [PartitionKey(\"PK\", [|Pattern = \"CONFIG\"|])] public partial record One { public long Id { get; init; } }")]
    [InlineData("[CdcTable(\"app\")] public partial record One { [PartitionKey(\"PK\", [|Pattern = \"A#x\"|])] public long Id { get; init; } }")]
    [InlineData("[CdcTable(\"app\")] public partial record One { [PartitionKey(\"PK\", [|Pattern = \"A#(Pk)\"|])] public required string Pk { get; init; } }")]
    public void TCDC040_where_a_pattern_stands(string marked)
    {
        // Marks and messages share their braces with patterns: these have none, or stand for them.
        var source = marked.Replace("(Pk)", "{Pk}", StringComparison.Ordinal);
        if (source == marked)
        {
            MarkedSource.Expect("TCDC040", DiagnosticSeverity.Error, marked);
            return;
        }

        var run = GeneratorRun.Of(source.Replace("[|", "", StringComparison.Ordinal).Replace("|]", "", StringComparison.Ordinal));
        Assert.Equal("TCDC040", Assert.Single(run.Diagnostics).Id);
    }

    [Fact]
    public void TCDC003_a_member_is_a_second_key_beside_a_pattern_on_the_model()
    {
        var run = GeneratorRun.Of("[CdcTable(\"app\")] [PartitionKey(\"PK\", Pattern = \"A#{Id}\")] public partial record One { public long Id { get; init; } [PartitionKey] public long Other { get; init; } }");
        var found = Assert.Single(run.Diagnostics);
        Assert.Equal("TCDC003", found.Id);
        Assert.Equal("Other", found.Location.SourceTree!.ToString().Substring(found.Location.SourceSpan.Start, found.Location.SourceSpan.Length));
    }

    [Theory]
    [InlineData("", "", "neither a Discriminator nor the Pattern")]
    [InlineData(", Discriminator = \"t\", DiscriminatorValue = \"a\"", ", Discriminator = \"t\", [|DiscriminatorValue = \"a\"|]", "both have the value 'a' of the attribute 't'")]
    [InlineData(", Discriminator = \"t\", DiscriminatorValue = \"a\"", "", "'Two' takes every item")]
    [InlineData(", Discriminator = \"t\", DiscriminatorValue = \"a\"", ", Discriminator = \"u\", [|DiscriminatorValue = \"b\"|]", "an item can have both")]
    [InlineData(", Discriminator = \"t\", DiscriminatorValue = \"Two\"", ", Discriminator = \"t\"", "both have the value 'Two'")]
    public void TCDC041_models_that_nothing_tells_apart(string one, string two, string reason)
    {
        var isAtName = !two.Contains("[|", StringComparison.Ordinal);
        var found = MarkedSource.Expect(
            "TCDC041", DiagnosticSeverity.Warning,
            $"[CdcTable(\"app\"{one})] public partial record One([PartitionKey] long Id); [CdcTable(\"app\"{two})] public partial record {(isAtName ? "[|Two|]" : "Two")}([PartitionKey] long Id);");
        Assert.Contains(reason, Assert.Single(found).GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void TCDC041_models_of_other_tables_or_other_values_are_right() => MarkedSource.ExpectNone(
        """
        [CdcTable("app", Discriminator = "t", DiscriminatorValue = "a")] public partial record One([PartitionKey] long Id);
        [CdcTable("app", Discriminator = "t", DiscriminatorValue = "A")] public partial record Two([PartitionKey] long Id);
        [CdcTable("app", Discriminator = "t")] public partial record Three([PartitionKey] long Id);
        [CdcTable("other")] public partial record Four([PartitionKey] long Id);
        """);

    [Theory]
    [InlineData("CUSTOMER#{Id}", "CUSTOMER#{Id}", true)]
    [InlineData("CUSTOMER#{Id}", "ORDER#{Id}", false)]
    [InlineData("CUSTOMER#{Id}", "CUSTOMER#{Name}", true)]
    [InlineData("CUSTOMER#{Name}", "CUSTOMER#{Id}#ORDER#{Order}", false)]
    [InlineData("CUSTOMER#{*Name}", "CUSTOMER#{Id}#ORDER#{Order}", true)]
    [InlineData("CUSTOMER#{Id}", "CUSTOMER#007", false)]
    [InlineData("CUSTOMER#{Id}", "CUSTOMER#-7", true)]
    [InlineData("CUSTOMER#{Id:D3}", "CUSTOMER#007", true)]
    [InlineData("CUSTOMER#{Id:D3}", "CUSTOMER#0007", false)]
    [InlineData("{Id}", "{Order}", false)]
    [InlineData("{Name}", "{Order}", true)]
    [InlineData("{Name}", "A#B", true)]
    [InlineData("{Order:N}", "{Order}", false)]
    [InlineData("A#{Name}", "A#", false)]
    [InlineData("A#{*Name}", "A#", true)]
    public void TCDC041_patterns(string one, string two, bool isAmbiguous)
    {
        const string Keyed = "X#{Line}";
        const string WithKey = "{ public int Line { get; init; } public required long Id { get; init; } public required string Name { get; init; } public required Guid Order { get; init; } }";
        var source = Model($"\"{one}\"", Keyed, members: WithKey).Replace("record One", "record Zero", StringComparison.Ordinal) + Model($"\"{two}\"", Keyed, members: WithKey);
        var found = GeneratorRun.Of(source).Diagnostics;
        Assert.Equal(isAmbiguous ? ["TCDC041"] : [], found.Select(static one => one.Id));
    }

    [Fact]
    public void One_text_never_matches_two_patterns_that_are_said_to_be_apart()
    {
        const int Seed = 20;
        var random = new Random(Seed);
        var (apart, both, read, refused) = (0, 0, 0, 0);
        for (var i = 0; i < 4000; i++)
        {
            var (one, two) = (new RandomPattern(random), new RandomPattern(random));
            var (text, values) = one.Text(random);
            var written = Format(one, values);
            Assert.True(written is null || written == text, $"seed {Seed}, {i}: {one.Model.Text} wrote {written}, not {text}");

            // Whatever is read gives the same text again: of two texts never one value.
            var mutated = Mutate(random, text);
            foreach (var candidate in new[] { text, mutated })
            {
                if (one.Read(candidate) is { } parts)
                {
                    Assert.True(one.Runtime.Format(parts) == candidate, $"seed {Seed}, {i}: {one.Model.Text} reads '{candidate}' and writes another");
                    Assert.True(KeyLanguage.Of(one.Model).Matches(candidate), $"seed {Seed}, {i}: the language of {one.Model.Text} lacks '{candidate}'");
                    read++;
                }
                else
                {
                    refused++;
                }
            }

            if (written is null)
            {
                continue;
            }

            Assert.Equal(values, one.Read(text));
            Assert.True(KeyLanguage.Of(one.Model).Matches(text), $"seed {Seed}, {i}: the language of {one.Model.Text} lacks '{text}'");
            var overlaps = KeyLanguage.Of(one.Model).Overlaps(KeyLanguage.Of(two.Model));
            Assert.Equal(overlaps, KeyLanguage.Of(two.Model).Overlaps(KeyLanguage.Of(one.Model)));
            if (two.Read(text) is not null)
            {
                both++;
                Assert.True(overlaps, $"seed {Seed}, {i}: {one.Model.Text} and {two.Model.Text} both match '{text}'");
            }

            apart += overlaps ? 0 : 1;
        }

        Assert.InRange(apart, 500, 3500);
        Assert.InRange(both, 50, 3500);
        Assert.InRange(read, 1000, 7000);
        Assert.InRange(refused, 1000, 7000);

        static string Mutate(Random random, string text)
        {
            var at = random.Next(text.Length + 1);
            return random.Next(3) switch
            {
                0 => text.Insert(at, "0"),
                1 => text.Insert(at, text.Length == 0 ? "#" : text[random.Next(text.Length)].ToString()),
                _ => at < text.Length ? text.Remove(at, 1) : text.ToUpperInvariant(),
            };
        }

        static string? Format(RandomPattern pattern, string[] values)
        {
            try
            {
                return pattern.Runtime.Format(values);
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
    }

    /// <summary>A pattern as the generator has it and as the decoder has it.</summary>
    private sealed class RandomPattern
    {
        private static readonly string[] Literals = ["#", "A#", "#B#", "-", "x", "A", "→", "0_"];
        private static readonly string[] Texts = ["a", "1", "A", "Ab", "x1", "é", "→", "#", "12", "0", "A-1", "\"\\"];

        public RandomPattern(Random random)
        {
            var count = random.Next(0, 4);
            var literals = new List<string>();
            var parts = new List<KeyPartModel>();
            for (var i = 0; i <= count; i++)
            {
                var last = i == count;
                literals.Add((i == 0 || last) && random.Next(2) == 0 && !(last && parts.Count > 0 && parts[^1].Kind == KeyPartKind.Rest) ? "" : Literals[random.Next(Literals.Length)]);
                if (!last)
                {
                    var kind = (KeyPartKind)random.Next(8);
                    kind = kind == KeyPartKind.Rest && i + 1 < count ? KeyPartKind.Text : kind == KeyPartKind.Enum ? KeyPartKind.Names : kind;
                    parts.Add(new(
                        i, kind, "long", kind == KeyPartKind.Integer ? random.Next(2) * 3 : 0,
                        kind == KeyPartKind.Guid && random.Next(2) == 0 ? "N" : kind == KeyPartKind.Time && random.Next(2) == 0 ? "fff" : "",
                        kind == KeyPartKind.Names ? new(["Ab", "Bc"]) : EquatableArray<string>.Empty));
                }
            }

            if (parts.Count > 0 && parts[^1].Kind == KeyPartKind.Rest)
            {
                literals[^1] = "";
            }

            var text = string.Concat(literals.Select((literal, i) => literal + (i < parts.Count ? "{" + parts[i].Kind + "}" : "")));
            Model = new("PK", KeyRole.Partition, count, text, literals.ToEquatableArray(), parts.ToEquatableArray());
            Runtime = new(count, text, [.. literals], [.. parts.Select(static part => part.Kind switch
            {
                KeyPartKind.Text => KeyPart.Text(part.Ordinal),
                KeyPartKind.Rest => KeyPart.Rest(part.Ordinal),
                KeyPartKind.Integer => KeyPart.Integer<long>(part.Ordinal, part.Width),
                KeyPartKind.Guid => KeyPart.Guid(part.Ordinal, part.Format == "N" ? 'N' : 'D'),
                KeyPartKind.Date => KeyPart.Date(part.Ordinal),
                KeyPartKind.Time => KeyPart.Time(part.Ordinal, part.Format.Length == 0 ? -1 : part.Format.Length),
                _ => KeyPart.Names(part.Ordinal, [.. part.Names]),
            })]);
        }

        public KeyPatternModel Model { get; }

        public KeyPattern Runtime { get; }

        /// <summary>A text that the pattern may have, with the parts that it was put together from.</summary>
        public (string Text, string[] Values) Text(Random random)
        {
            var values = Model.Parts.Select(part => part.Kind switch
            {
                KeyPartKind.Integer => KeyText.Of(random.Next(-5, 2000), part.Width),
                KeyPartKind.Guid => KeyText.Of(new Guid(random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), part.Format == "N" ? 'N' : 'D'),
                KeyPartKind.Date => KeyText.Of(new DateOnly(2024, 1, 1).AddDays(random.Next(1000))),
                KeyPartKind.Time => KeyText.Of(DateTimeOffset.UnixEpoch.AddMilliseconds(random.Next()), part.Format.Length == 0 ? -1 : part.Format.Length),
                KeyPartKind.Names => part.Names[random.Next(2)],
                _ => Texts[random.Next(Texts.Length)] + (random.Next(2) == 0 ? "" : Texts[random.Next(Texts.Length)]),
            }).ToArray();
            return (string.Concat(Model.Literals.Select((literal, i) => literal + (i < values.Length ? values[i] : ""))), values);
        }

        /// <summary>The texts of the parts; null where the text does not match.</summary>
        public string[]? Read(string text)
        {
            var record = System.Text.Encoding.UTF8.GetBytes("\"" + System.Text.Json.JsonEncodedText.Encode(text) + "\"");
            Span<AttributeSlot> slots = stackalloc AttributeSlot[8];
            slots[Runtime.Source] = new(AttributeKind.S, 1, record.Length - 2, isPlain: false);
            if (!Runtime.TryFill(record, slots))
            {
                return null;
            }

            var parts = new string[Model.Parts.Count];
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i] = JsonText.GetString(record.AsSpan(slots[i].Start, slots[i].Length), isPlain: false).PadLeft(Model.Parts[i].Width, '0');
            }

            return parts;
        }
    }
}
