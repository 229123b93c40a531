using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace TypedCdc.Generators.Tests.RandomModels;

/// <summary>A member of a random model.</summary>
internal sealed record RandomMember(string Name, string Attribute, string Annotations, Shape Shape, bool IsNullable, bool IsRequired, string? Initial, string? InitialText)
{
    public string Type => Shape.CSharp + (IsNullable ? "?" : "");
}

/// <summary>A model from a seed: its source, items for it, and what they mean.</summary>
internal sealed class RandomModel
{
    private static readonly string[] Words = ["Name", "HTMLPage", "userID", "x", "Größe", "İstanbul", "ıI", "Value", "order", "@class", "@event", "A_b", "Item", "View2x"];
    private static readonly string[] OddNames = ["order", "a-b", "with space", "quote\\\"s", "back\\\\slash", "new\\nline", "☃", "{}", "Ünï", "NAME", "name", "\\ud83d\\ude00"];

    private static readonly string[] Unmapped = ["""{"M":{"a":{"L":[{"N":"1.50"},{"NULL":true}]}}}""", """{"NS":["1","2"]}""", """{"S":"\u00fc"}"""];

    private readonly Random _random;
    private readonly Func<string, Type> _find;
    private readonly List<RandomMember> _members = [];
    private readonly StringBuilder _more = new();
    private readonly string _form;
    private readonly string? _naming;
    private readonly bool _isItem;
    private readonly int _depth;
    private readonly bool _hasOverflow;

    /// <param name="seed">Everything follows from it.</param>
    /// <param name="name">The type's name.</param>
    /// <param name="find">Finds the compiled type.</param>
    /// <param name="depth">How deep models stand inside; 0 for the item itself.</param>
    /// <param name="naming">The naming policy of the model around.</param>
    public RandomModel(int seed, string name, Func<string, Type> find, int depth = 0, string? naming = null)
    {
        _random = new(seed);
        Name = name;
        _find = find;
        _depth = depth;
        _isItem = depth == 0;
        _naming = _isItem ? new[] { null, "CamelCase", "SnakeCase" }[_random.Next(3)] : naming;
        _form = new[] { "class", "record", "struct", "record struct", "positional record", "positional record struct", "constructor" }[_random.Next(7)];
        _hasOverflow = _isItem && _random.Next(2) == 0 && !_form.Contains("struct", StringComparison.Ordinal);
        var count = _random.Next(1, depth == 0 ? 14 : 5);
        for (var i = 0; i <= count; i++)
        {
            _members.Add(Member(i));
        }
    }

    public string Name { get; }

    public string Source
    {
        get
        {
            var text = new StringBuilder();
            if (_isItem)
            {
                text.Append(CultureInfo.InvariantCulture, $"[TypedCdc.CdcTable(\"table-{Name}\"{(_naming is null ? "" : $", Naming = TypedCdc.NamingPolicy.{_naming}")})]\n");
            }

            var isPositional = _form.StartsWith("positional ", StringComparison.Ordinal);
            var keyword = _form == "constructor" ? "class" : _form.Replace("positional ", "", StringComparison.Ordinal);
            var isStruct = keyword.EndsWith("struct", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"public {(isStruct ? "" : "sealed ")}{(_isItem ? "partial " : "")}{keyword} {Name}");
            if (isPositional)
            {
                // Parameters with defaults come last.
                text.Append('(').AppendJoin(", ", _members.OrderBy(static one => one.Initial is not null).Select(static one => $"{one.Annotations}{one.Type} {one.Name}{(one.Initial is null ? "" : " = " + one.Initial)}")).Append(')');
            }

            text.Append("\n{\n");
            if (_form == "constructor")
            {
                text.Append(CultureInfo.InvariantCulture, $"    public {Name}(").AppendJoin(", ", _members.OrderBy(static one => one.Initial is not null).Select(static one => $"{one.Type} {Parameter(one)}{(one.Initial is null ? "" : " = " + one.Initial)}")).Append(")\n    {\n")
                    .AppendJoin("", _members.Select(static one => $"        this.{one.Name} = {Parameter(one)};\n")).Append("    }\n");
            }
            else if (isStruct && !isPositional && _members.Exists(static one => one.Initial is not null))
            {
                text.Append(CultureInfo.InvariantCulture, $"    public {Name}() {{ }}\n");
            }

            foreach (var (member, i) in isPositional ? [] : _members.Select(static (member, i) => (member, i)))
            {
                var setter = _form == "constructor" ? "" : member.IsRequired || isStruct ? " set;" : new[] { " set;", " init;", " private set;", " internal set;" }[(i + member.Name.Length) % 4];
                var required = member.IsRequired && _form != "constructor" ? "required " : "";
                text.Append(CultureInfo.InvariantCulture, $"    {member.Annotations}public {required}{member.Type} {member.Name} {{ get;{setter} }}{(_form == "constructor" || member.Initial is null ? "" : $" = {member.Initial};")}\n");
            }

            if (_hasOverflow)
            {
                text.Append("    [TypedCdc.CdcOverflow] public TypedCdc.AttributeMap Rest { get; init; } = TypedCdc.AttributeMap.Empty;\n");
            }

            return text.Append("}\n").Append(_more).ToString();
        }
    }

    /// <summary>An item, mostly one that fits.</summary>
    public string Item(Random random, int oddsOfFault = 60)
    {
        var attributes = new List<string>();
        foreach (var member in _members)
        {
            var fault = random.Next(oddsOfFault);
            if (fault == 0 || (!member.IsRequired && random.Next(4) == 0))
            {
                continue; // absent
            }

            attributes.Add(Attribute(random, member.Attribute) + ":" + (fault == 1 || (member.IsNullable && random.Next(6) == 0) ? "{\"NULL\":true}"
                : fault == 2 ? "{\"SS\":[\"x\"]}" : fault == 3 ? "{\"BOOL\":true}"
                : member.Shape.MakeValue(random)));
            if (fault == 4 && random.Next(3) == 0)
            {
                attributes.Add(attributes[^1]); // twice
            }
        }

        foreach (var name in (string[])["unknown", "UNKNOWN é", "Rest"])
        {
            if (random.Next(3) == 0)
            {
                attributes.Add(Attribute(random, name) + ":" + Unmapped[random.Next(Unmapped.Length)]);
            }
        }

        var shuffled = attributes.ToArray();
        random.Shuffle(shuffled);
        var blank = random.Next(4) == 0 ? " \n" : "";
        return "{" + blank + string.Join(blank + "," + blank, shuffled) + blank + "}";
    }

    /// <summary>What an item means; a <see cref="FormatException"/> where it does not fit.</summary>
    public string Read(JsonElement item)
    {
        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var attribute in item.EnumerateObject())
        {
            if (!found.TryAdd(attribute.Name, attribute.Value))
            {
                throw new FormatException("twice");
            }
        }

        var text = new StringBuilder();
        foreach (var member in _members)
        {
            var name = member.Attribute;
            text.Append(member.Name).Append(':').Append(
                !found.TryGetValue(name, out var value) ? member.IsRequired ? throw new FormatException("absent") : member.InitialText ?? (member.IsNullable ? "∅" : DefaultOf(member))
                : value.TryGetProperty("NULL", out _) ? member.IsNullable ? "∅" : throw new FormatException("null")
                : member.Shape.ReadValue(value)).Append('\n');
        }

        if (_hasOverflow)
        {
            text.Append("rest:").Append(Shapes.Sorted(found.Where(one => _members.TrueForAll(member => member.Attribute != one.Key)).Select(static one => one.Key + "=" + Canonical(one.Value))));
        }

        return text.ToString();
    }

    /// <summary>The same of a model.</summary>
    public string Show(object model)
    {
        var text = new StringBuilder();
        foreach (var member in _members)
        {
            var property = model.GetType().GetProperty(member.Name.TrimStart('@'), BindingFlags.Public | BindingFlags.Instance)!;
            var value = property.GetValue(model);
            text.Append(member.Name).Append(':').Append(
                value is null ? member.IsNullable ? "∅" : "null"
                : member.Shape.Show(value)).Append('\n');
        }

        if (_hasOverflow)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
            {
                writer.WriteStartObject();
                ((AttributeMap)model.GetType().GetProperty("Rest")!.GetValue(model)!).WriteTo(writer);
                writer.WriteEndObject();
            }

            using var json = JsonDocument.Parse(stream.ToArray());
            text.Append("rest:").Append(Shapes.Sorted(json.RootElement.EnumerateObject().Select(static one => one.Name + "=" + Canonical(one.Value))));
        }

        return text.ToString();
    }

    private RandomMember Member(int i)
    {
        var word = Words[_random.Next(Words.Length)];
        var name = (word.StartsWith('@') ? i == 1 ? word : word[1..] + i.ToString(CultureInfo.InvariantCulture) : word + i.ToString(CultureInfo.InvariantCulture));
        if (_members.Exists(one => one.Name == name))
        {
            name = "M" + i.ToString(CultureInfo.InvariantCulture);
        }

        var isKey = _isItem && i == 0;
        var shape = isKey ? Shapes.Scalars.Where(static one => one.CanBeKey).ElementAt(_random.Next(Shapes.Scalars.Count(static one => one.CanBeKey))) : Shape(i);
        var isGiven = _random.Next(2) == 0;
        var odd = OddNames[_random.Next(OddNames.Length)] + i.ToString(CultureInfo.InvariantCulture);
        var attribute = isGiven ? JsonSerializer.Deserialize<string>("\"" + odd + "\"")! : Named(name.TrimStart('@'));
        var annotation = isKey ? isGiven ? $"TypedCdc.PartitionKey(\"{odd}\")" : "TypedCdc.PartitionKey" : isGiven ? $"TypedCdc.CdcAttribute(\"{odd}\")" : null;
        annotation = shape.Annotation is null ? annotation : annotation is null ? shape.Annotation : $"{annotation}, {shape.Annotation}";

        // Two attributes may become one column, which is a mistake of its own.
        annotation = isGiven && !isKey ? $"{annotation}, TypedCdc.CdcColumn(\"c{i.ToString(CultureInfo.InvariantCulture)}\")" : annotation;
        var isPositional = _form is "positional record" or "positional record struct" or "constructor";
        var isNullable = !isKey && _random.Next(2) == 0;
        var isRequired = isKey || (_random.Next(4) == 0 && !isPositional);
        var canDefault = !isRequired && shape.Initial is not null && _random.Next(2) == 0;
        if (!isNullable && !isRequired && !canDefault && !shape.IsValueType)
        {
            // What nothing fills is a mistake but as a parameter, where it is required without saying so.
            isRequired = true;
        }

        // The default of a struct has null where the struct allows none, which nothing can write.
        if (shape is { Kind: "M", IsValueType: true } && !isNullable && !isRequired)
        {
            (isNullable, isRequired) = (isPositional, !isPositional);
        }

        return new(name, attribute, annotation is null ? "" : $"[{annotation}] ", shape, isNullable, isRequired, canDefault ? shape.Initial!.Value.Expression : null, canDefault ? shape.Initial!.Value.Text : null);
    }

    private Shape Shape(int i)
    {
        var scalar = Shapes.Scalars[_random.Next(Shapes.Scalars.Length)];
        switch (_random.Next(8))
        {
            case 0:
                return Shapes.List(Element(i), new[] { "global::System.Collections.Generic.List<T>", "T[]", "global::System.Collections.Generic.IReadOnlyList<T>", "global::System.Collections.Immutable.ImmutableList<T>" }[_random.Next(4)], _random.Next(2) == 0);
            case 1 when scalar.SetKind is not null && scalar.CSharp is not ("byte[]" or "global::System.ReadOnlyMemory<byte>"):
                return Shapes.Set(scalar, new[] { "global::System.Collections.Generic.HashSet<T>", "global::System.Collections.Generic.IReadOnlySet<T>", "global::System.Collections.Immutable.ImmutableHashSet<T>" }[_random.Next(3)]);
            case 2:
                return Shapes.Map(Element(i), new[] { "global::System.Collections.Generic.Dictionary<string, T>", "global::System.Collections.Generic.SortedDictionary<string, T>" }[_random.Next(2)], _random.Next(2) == 0);
            case 3 when _depth < 3:
                return Nested(i);
            default:
                return scalar;
        }
    }

    private Shape Element(int i) => _depth < 2 && _random.Next(3) == 0 ? Nested(i) : Shapes.Scalars[_random.Next(Shapes.Scalars.Length)];

    private Shape Nested(int i)
    {
        var nested = new RandomModel(_random.Next(), $"{Name}N{i.ToString(CultureInfo.InvariantCulture)}", _find, _depth + 1, _naming);
        _more.Append(nested.Source);
        return new(
            "global::" + nested.Name, nested._form.EndsWith("struct", StringComparison.Ordinal), "M", random => nested.Item(random, 400), value => "(" + nested.Read(value) + ")", value => "(" + nested.Show(value) + ")");
    }

    private string Named(string name) => _naming switch
    {
        "CamelCase" => JsonNamingPolicy.CamelCase.ConvertName(name),
        "SnakeCase" => JsonNamingPolicy.SnakeCaseLower.ConvertName(name),
        _ => name,
    };

    private static string Parameter(RandomMember member) => member.Name.TrimStart('@') is var name && char.IsAsciiLetterUpper(name[0]) ? "@" + char.ToLowerInvariant(name[0]) + name[1..] : "@" + name;

    // A name with all of its characters escaped, or with none.
    private static string Attribute(Random random, string name) => random.Next(5) == 0
        ? "\"" + string.Concat(name.Select(static one => "\\u" + ((int)one).ToString("x4", CultureInfo.InvariantCulture))) + "\""
        : JsonSerializer.Serialize(name);

    // default(T), which runs no constructor.
    private string DefaultOf(RandomMember member) =>
        member.Shape.Show(System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(_find(Name).GetProperty(member.Name.TrimStart('@'))!.PropertyType));

    // Numbers by value, sets without order: what DynamoDB itself keeps of them.
    private static string Canonical(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object when value.TryGetProperty("N", out var number) && number.ValueKind == JsonValueKind.String => Numbers.Text(number.GetString()!),
        JsonValueKind.Object when value.TryGetProperty("NS", out var set) && set.ValueKind == JsonValueKind.Array => Shapes.Sorted(set.EnumerateArray().Select(static one => Numbers.Text(one.GetString()!))),
        JsonValueKind.Object => Shapes.Sorted(value.EnumerateObject().Select(static one => one.Name + "=" + Canonical(one.Value))),
        JsonValueKind.Array => "[" + string.Join(",", value.EnumerateArray().Select(Canonical)) + "]",
        _ => value.ToString(),
    };
}
