using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TypedCdc.Tests.Decoding;

/// <summary>
/// A second reader of change records, on System.Text.Json, strings and big integers: slow, plain, and with no line in common with the decoder. It says what a
/// record means as text, or nothing where the record is malformed or does not fit <see cref="BagModel"/>.
/// </summary>
internal static partial class Oracle
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>What the decoder's result says, in the oracle's words.</summary>
    internal static string Describe(Change<Bag> change)
    {
        var text = new StringBuilder();
        text.Append(change.Operation).Append('|').Append(change.TableName).Append('|').Append(change.Region).Append('|').Append(change.EventId).Append('|')
            .Append((change.Timestamp - DateTimeOffset.UnixEpoch).Ticks / 10).Append('|').Append(change.SizeBytes).Append('|').Append(change.IsTimeToLive);
        var after = change switch { Inserted<Bag> c when c.HasAfter => c.After, Modified<Bag> c when c.HasAfter => c.After, Snapshot<Bag> c => c.After, _ => null };
        var before = change switch { Modified<Bag> c when c.HasBefore => c.Before, Removed<Bag> c when c.HasBefore => c.Before, _ => null };
        text.Append("|after ").Append(after?.Text).Append("|before ").Append(before?.Text).Append(change.BeforeError is null ? "" : "(does not fit)");
        text.Append('|');
        for (var i = 0; i < BagModel.Specs.Length; i++)
        {
            text.Append(change.HasChanged(new AttributeName<Bag>(i, "")) ? '1' : '0');
        }

        if (after is null && before is null)
        {
            text.Append("|key ").Append(change.GetKeyWithoutImages<Bag.Key>().Text);
        }

        return text.ToString();
    }

    /// <summary>What a record means; null where it is malformed.</summary>
    internal static string? Describe(byte[] utf8)
    {
        try
        {
            Strict.GetCharCount(utf8);
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 128 });
            return DescribeRecord(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or BadException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private sealed class BadException : Exception;

    private static string DescribeRecord(JsonElement root)
    {
        ReadAllText(root);
        var record = Properties(root, ignoreCase: true, "eventname", "eventid", "tablename", "awsregion", "eventsourcearn", "useridentity", "dynamodb", "item", "metadata", "keys", "newimage", "oldimage");
        string operation;
        JsonElement? keys = null, newImage, oldImage = null;
        var unit = 0;
        string? time = null;
        string size = "0";
        var isTimeToLive = false;
        string? eventName = Text(record, "eventname"), eventId = Text(record, "eventid"), table = Text(record, "tablename"), region = Text(record, "awsregion"), arn = Text(record, "eventsourcearn");
        string? userType = null, principal = null;
        if (record.TryGetValue("useridentity", out var identity) && identity.ValueKind != JsonValueKind.Null)
        {
            var user = Properties(identity, ignoreCase: true, "type", "principalid");
            (userType, principal) = (Text(user, "type"), Text(user, "principalid"));
        }

        if (record.TryGetValue("dynamodb", out var dynamodb))
        {
            var inner = Properties(dynamodb, ignoreCase: true, "keys", "newimage", "oldimage", "sizebytes", "sequencenumber", "approximatecreationdatetime", "approximatecreationdatetimeprecision");
            operation = eventName?.ToUpperInvariant() switch { "INSERT" => "Insert", "MODIFY" => "Modify", "REMOVE" => "Remove", _ => throw new BadException() };
            keys = Image(inner, "keys");
            newImage = Image(inner, "newimage");
            oldImage = Image(inner, "oldimage");
            time = NumberOrText(inner, "approximatecreationdatetime");
            size = NumberOrText(inner, "sizebytes") ?? "0";
            Text(inner, "sequencenumber");
            unit = Text(inner, "approximatecreationdatetimeprecision")?.ToUpperInvariant() switch { null or "" => 0, "MICROSECOND" => 1, "MILLISECOND" => 1000, _ => throw new BadException() };
            isTimeToLive = operation == "Remove" && string.Equals(userType, "service", StringComparison.OrdinalIgnoreCase) && string.Equals(principal, "dynamodb.amazonaws.com", StringComparison.OrdinalIgnoreCase);
            if (keys is null)
            {
                throw new BadException();
            }

            // A change without a time is one all the same; its time is 0.
            unit = time is null ? 1 : unit;
            time ??= "0";
        }
        else if (record.ContainsKey("item"))
        {
            operation = "Snapshot";
            newImage = Image(record, "item") ?? throw new BadException();
            time = "0";
            unit = 1;
        }
        else if (record.TryGetValue("metadata", out var metadata))
        {
            var inner = Properties(metadata, ignoreCase: true, "writetimestampmicros");
            if (inner.TryGetValue("writetimestampmicros", out var micros) && micros.ValueKind == JsonValueKind.Object)
            {
                var descriptors = micros.EnumerateObject().ToList();
                time = descriptors.Count == 1 && descriptors[0].Name == "N" ? descriptors[0].Value.GetString() : throw new BadException();
                _ = NumberOf(time!) ?? throw new BadException();
            }
            else
            {
                time = NumberOrText(inner, "writetimestampmicros");
            }

            unit = 1;
            keys = Image(record, "keys") ?? throw new BadException();
            newImage = Image(record, "newimage");
            oldImage = Image(record, "oldimage");
            operation = newImage is null ? "Remove" : oldImage is null ? "Insert" : "Modify";
            if (time is null)
            {
                throw new BadException();
            }
        }
        else
        {
            throw new BadException();
        }

        var match = ArnPattern().Match(arn ?? "");
        table = !string.IsNullOrEmpty(table) ? table : match.Success && match.Groups["table"].Length > 0 ? match.Groups["table"].Value : "bags";
        region = !string.IsNullOrEmpty(region) ? region : match.Success ? match.Groups["region"].Value : "";
        var sizeValue = NumberOf(size) ?? throw new BadException();
        if (sizeValue.Scaled % Number.One != 0 || sizeValue.Scaled < 0 || sizeValue.Scaled / Number.One > int.MaxValue)
        {
            throw new BadException();
        }

        var text = new StringBuilder();
        text.Append(operation).Append('|').Append(table).Append('|').Append(region).Append('|').Append(eventId).Append('|')
            .Append(Micros(time, unit)).Append('|').Append(sizeValue.Scaled / Number.One).Append('|').Append(isTimeToLive);

        var after = operation == "Remove" ? null : DescribeItem(newImage, required: true, out _);
        if (operation is "Insert")
        {
            oldImage = null;
        }

        string? before = null;
        var beforeFits = true;
        Dictionary<string, string>? beforeValues = null;
        try
        {
            before = DescribeItem(oldImage, required: true, out beforeValues);
        }
        catch (Exception e) when (e is BadException or InvalidOperationException or FormatException)
        {
            beforeFits = false;
        }

        DescribeItem(operation == "Remove" ? null : newImage, required: true, out var afterValues);
        text.Append("|after ").Append(after).Append("|before ").Append(before).Append(beforeFits ? "" : "(does not fit)").Append('|');
        foreach (var (name, _, _) in BagModel.Specs)
        {
            var isSame = after is not null && before is not null && beforeValues!.GetValueOrDefault(name) == afterValues!.GetValueOrDefault(name);
            text.Append(isSame ? '0' : '1');
        }

        if (after is null && before is null)
        {
            DescribeItem(keys, required: true, out var keyValues);
            text.Append("|key ").Append(keyValues!["id"]);
        }

        return text.ToString();
    }

    /// <summary>Every string in the document must have a UTF-8 form; a lone surrogate has none.</summary>
    private static void ReadAllText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadAllText(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadAllText(property.Value);
                }

                break;
        }
    }

    private static Dictionary<string, JsonElement> Properties(JsonElement element, bool ignoreCase, params string[] known)
    {
        var result = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var name = property.Name;
            if (ignoreCase)
            {
                // Only ASCII letters have another case here: İ and K (the Kelvin sign) are other letters.
                var lower = string.Concat(name.Select(c => c is >= 'A' and <= 'Z' ? (char)(c + 32) : c));
                name = known.Contains(lower) ? lower : "?" + name;
            }

            if (!result.TryAdd(name, property.Value))
            {
                throw new BadException();
            }
        }

        return result;
    }

    private static string? Text(Dictionary<string, JsonElement> properties, string name) =>
        !properties.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw new BadException();

    private static string? NumberOrText(Dictionary<string, JsonElement> properties, string name) =>
        properties.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetRawText() : Text(properties, name) is { Length: > 0 } text ? text : null;

    private static JsonElement? Image(Dictionary<string, JsonElement> properties, string name) =>
        !properties.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Object ? value : throw new BadException();

    private static string? DescribeItem(JsonElement? image, bool required, out Dictionary<string, string>? values)
    {
        values = null;
        if (image is null)
        {
            return null;
        }

        values = [];
        var attributes = Properties(image.Value, ignoreCase: false);
        foreach (var (name, value) in attributes)
        {
            var (kind, text) = DescribeValue(value);
            foreach (var spec in BagModel.Specs)
            {
                if (spec.Name == name)
                {
                    values[name] = (spec.Kinds & kind) != 0 ? text : throw new BadException();
                }
            }
        }

        if (required && !values.ContainsKey("id"))
        {
            throw new BadException();
        }

        var result = new StringBuilder();
        foreach (var (name, _, _) in BagModel.Specs)
        {
            if (values.TryGetValue(name, out var text))
            {
                result.Append(name).Append('=').Append(text).Append(';');
            }
        }

        return result.ToString();
    }

    private static (AttributeKind Kind, string Text) DescribeValue(JsonElement element)
    {
        var descriptors = element.EnumerateObject().ToList();
        if (descriptors.Count != 1)
        {
            throw new BadException();
        }

        var value = descriptors[0].Value;
        var name = descriptors[0].Name;
        switch (name)
        {
            case "S" or "N" or "B":
                var scalar = Scalar(name, value);
                return (Enum.Parse<AttributeKind>(name), name + ":" + scalar.Text);
            case "BOOL":
                return (AttributeKind.BOOL, value.GetBoolean() ? "BOOL:true" : "BOOL:false");
            case "NULL":
                return (AttributeKind.NULL, value.GetBoolean() ? "NULL:" : throw new BadException());
            case "M":
                var entries = Properties(value, ignoreCase: false).Select(p => (Name: p.Key, Value: DescribeValue(p.Value).Text)).ToList();
                entries.Sort((x, y) => string.CompareOrdinal(x.Name, y.Name));
                return (AttributeKind.M, "M:" + string.Join(',', entries));
            case "L":
                return (AttributeKind.L, "L:" + string.Concat(value.EnumerateArray().Select((e, i) => FormattableString.Invariant($"{i}[{DescribeValue(e).Text}]"))));
            case "SS" or "NS" or "BS":
                var elements = value.EnumerateArray().Select(e => Scalar(name[..1], e)).DistinctBy(e => e.Text).ToList();
                elements.Sort((x, y) => x.CompareTo(y));
                return (Enum.Parse<AttributeKind>(name), name + ":" + string.Concat(elements.Select((e, i) => FormattableString.Invariant($"{i}[{name[..1]}:{e.Text}]"))));
            default:
                throw new BadException();
        }
    }

    private readonly record struct Element(string Text, byte[]? Bytes, Number? Number) : IComparable<Element>
    {
        public int CompareTo(Element other) => Number is { } number ? number.Scaled.CompareTo(other.Number!.Value.Scaled) : Bytes.AsSpan().SequenceCompareTo(other.Bytes);
    }

    private static Element Scalar(string kind, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new BadException();
        }

        var text = value.GetString()!;
        if (kind == "S")
        {
            return new(text, Encoding.UTF8.GetBytes(text), null);
        }

        if (kind == "N")
        {
            var number = NumberOf(text) ?? throw new BadException();
            return new(number.ToString(), null, number);
        }

        var bytes = Convert.FromBase64String(text);
        if (Convert.ToBase64String(bytes) != text)
        {
            throw new BadException();
        }

        return new(Convert.ToHexString(bytes), bytes, null);
    }

    /// <summary>A DynamoDB number as an integer of units of 1E-170.</summary>
    internal readonly record struct Number(BigInteger Scaled)
    {
        internal static readonly BigInteger One = BigInteger.Pow(10, 170);

        public override string ToString() => Scaled.ToString(CultureInfo.InvariantCulture);
    }

    internal static Number? NumberOf(string text)
    {
        var match = NumberPattern().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var fraction = match.Groups["fraction"].Value;
        var digits = (match.Groups["integer"].Value + fraction).TrimStart('0');
        var trimmed = digits.TrimEnd('0');
        if (trimmed.Length == 0)
        {
            return new(0);
        }

        var written = match.Groups["exponent"].Length == 0 ? 0 : BigInteger.Parse(match.Groups["exponent"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var exponent = written - fraction.Length + (digits.Length - trimmed.Length);
        var magnitude = exponent + trimmed.Length - 1;
        if (trimmed.Length > 38 || magnitude < -130 || magnitude > 125)
        {
            return null;
        }

        var scaled = BigInteger.Parse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture) * BigInteger.Pow(10, (int)exponent + 170);
        return new(match.Groups["sign"].Value == "-" ? -scaled : scaled);
    }

    private static BigInteger Micros(string text, int unit)
    {
        if (NumberOf(text) is not { } number)
        {
            throw new BadException();
        }

        var one = Number.One;
        var factor = unit switch
        {
            1 => 1,
            1000 => 1000,
            _ => number.Scaled < one * 100_000_000_000 ? 1_000_000 : number.Scaled < one * 100_000_000_000_000 ? 1000 : 1,
        };
        var micros = number.Scaled * factor / one;
        return number.Scaled < 0 || micros > 253_402_300_799_999_999 ? throw new BadException() : micros;
    }

    [GeneratedRegex(@"\A(?<sign>[+-]?)(?<integer>[0-9]+)(\.(?<fraction>[0-9]+))?([eE](?<exponent>[+-]?[0-9]+))?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex NumberPattern();

    [GeneratedRegex(@"\Aarn:[^:]*:[^:]*:(?<region>[^:]*):[^:]*:table/(?<table>[^/]*)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ArnPattern();
}
