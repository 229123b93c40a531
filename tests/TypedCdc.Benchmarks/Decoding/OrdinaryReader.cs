using System.Buffers.Text;
using System.Text.Json;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>
/// What an ordinary generator on Utf8JsonReader would emit, as views: one pass, values as slices of the event, numbers converted when they are read. It trusts its input
/// where TypedCdc checks: numbers that nobody reads, base64, names that occur twice, more than one type descriptor.
/// </summary>
internal ref struct OrdinaryReader
{
    private static readonly byte[][] CustomerNames = Names("userid", "first_name", "last_name", "phone");
    private static readonly byte[][] ReadingNames = Names("device", "timestamp", "humidity", "temperature");
    private static readonly byte[][] ItemNames = Names(
        "pk", "sk", "status", "email", "full_name", "category", "country", "currency", "description", "notes", "image_url", "sku", "created_at", "updated_at", "parent_id",
        "version", "quantity", "views", "stock", "priority", "retries", "expires_at", "price", "cost", "tax", "discount", "rating", "weight", "score", "margin",
        "active", "deleted", "featured", "address", "dims", "lines", "history", "tags", "scores", "payload");
    private static readonly byte[][] AddressNames = Names("street", "city", "zip", "geo");
    private static readonly byte[][] GeoNames = Names("lat", "lon");
    private static readonly byte[][] DimsNames = Names("w", "h", "d");
    private static readonly byte[][] LineNames = Names("sku", "qty", "price");

    private readonly ReadOnlySpan<byte> _record;
    private Utf8JsonReader _json;

    private OrdinaryReader(ReadOnlySpan<byte> record)
    {
        _record = record;
        _json = new(record);
    }

    /// <summary>A value between its quotes, or a container from its bracket on.</summary>
    private readonly record struct Value(int Start, int Length, JsonTokenType Token);

    public static void Read(string shape, ReadOnlySpan<byte> record, ref DecodeSum sum)
    {
        var reader = new OrdinaryReader(record);
        reader.ReadEvent(shape, ref sum);
    }

    private static byte[][] Names(params string[] names) => [.. names.Select(System.Text.Encoding.UTF8.GetBytes)];

    private void ReadEvent(string shape, ref DecodeSum sum)
    {
        Span<Value> after = stackalloc Value[40];
        Span<Value> before = stackalloc Value[40];
        var names = shape switch { "A" => CustomerNames, "B" => ReadingNames, _ => ItemNames };
        bool hasAfter = false, hasBefore = false;
        var operation = 0;
        var size = 0;
        _json.Read();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("eventName"u8))
            {
                _json.Read();
                operation = _json.ValueTextEquals("MODIFY"u8) ? 2 : _json.ValueTextEquals("INSERT"u8) ? 1 : 3;
            }
            else if (_json.ValueTextEquals("dynamodb"u8))
            {
                _json.Read();
                while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
                {
                    if (_json.ValueTextEquals("NewImage"u8))
                    {
                        _json.Read();
                        ReadMap(names, after);
                        hasAfter = true;
                    }
                    else if (_json.ValueTextEquals("OldImage"u8))
                    {
                        _json.Read();
                        ReadMap(names, before);
                        hasBefore = true;
                    }
                    else if (_json.ValueTextEquals("SizeBytes"u8))
                    {
                        _json.Read();
                        size = _json.GetInt32();
                    }
                    else
                    {
                        _json.Read();
                        _json.Skip();
                    }
                }
            }
            else
            {
                _json.Read();
                _json.Skip();
            }
        }

        sum.Add(operation);
        sum.Add(size);
        if (hasAfter)
        {
            Add(shape, ref sum, after);
        }

        if (hasBefore)
        {
            Add(shape, ref sum, before);
        }
    }

    private void ReadMap(byte[][] names, scoped Span<Value> values)
    {
        values.Clear();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var ordinal = Find(names, _json.ValueSpan);
            _json.Read();
            _json.Read();
            _json.Read();
            var value = Here();
            if (ordinal >= 0)
            {
                values[ordinal] = value;
            }

            _json.Skip();
            _json.Read();
        }
    }

    private static int Find(byte[][] names, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length == name.Length && name.SequenceEqual(names[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private readonly Value Here() => _json.TokenType == JsonTokenType.String
        ? new((int)_json.TokenStartIndex + 1, _json.ValueSpan.Length, JsonTokenType.String)
        : new((int)_json.TokenStartIndex, _json.ValueSpan.Length, _json.TokenType);

    private readonly void Add(string shape, ref DecodeSum sum, scoped ReadOnlySpan<Value> values)
    {
        switch (shape)
        {
            case "A":
                sum.Add(Long(values[0]));
                AddText(ref sum, values[1]);
                AddText(ref sum, values[2]);
                sum.Add(values[3].Token == JsonTokenType.String ? Long(values[3]) : -1);
                break;
            case "B":
                AddText(ref sum, values[0]);
                AddText(ref sum, values[1]);
                sum.Add(Double(values[2]));
                sum.Add(Decimal(values[3]));
                break;
            default:
                AddItem(ref sum, values);
                break;
        }
    }

    private readonly void AddItem(ref DecodeSum sum, scoped ReadOnlySpan<Value> values)
    {
        for (var i = 0; i < 15; i++)
        {
            AddText(ref sum, values[i]);
        }

        for (var i = 15; i < 22; i++)
        {
            sum.Add(values[i].Token == JsonTokenType.String ? Long(values[i]) : -1);
        }

        for (var i = 22; i < 26; i++)
        {
            sum.Add(Decimal(values[i]));
        }

        for (var i = 26; i < 30; i++)
        {
            sum.Add(Double(values[i]));
        }

        sum.Add((values[30].Token == JsonTokenType.True ? 1 : 0) + (values[31].Token == JsonTokenType.True ? 2 : 0) + (values[32].Token == JsonTokenType.True ? 4 : 0));
        Span<Value> nested = stackalloc Value[4];
        Span<Value> geo = stackalloc Value[2];
        Map(values[33], AddressNames, nested);
        AddText(ref sum, nested[0]);
        AddText(ref sum, nested[1]);
        AddText(ref sum, nested[2]);
        Map(nested[3], GeoNames, geo);
        sum.Add(Double(geo[0]));
        sum.Add(Double(geo[1]));
        Map(values[34], DimsNames, nested);
        sum.Add(Double(nested[0]));
        sum.Add(Double(nested[1]));
        sum.Add(Double(nested[2]));
        AddLists(ref sum, values);
    }

    private readonly void AddLists(ref DecodeSum sum, scoped ReadOnlySpan<Value> values)
    {
        Span<Value> line = stackalloc Value[3];
        var lines = At(values[35]);
        while (lines._json.Read() && lines._json.TokenType == JsonTokenType.StartObject)
        {
            lines._json.Read();
            lines._json.Read();
            lines.ReadMap(LineNames, line);
            lines._json.Read();
            lines.AddText(ref sum, line[0]);
            sum.Add(lines.Long(line[1]));
            sum.Add(lines.Decimal(line[2]));
        }

        var history = At(values[36]);
        while (history._json.Read() && history._json.TokenType == JsonTokenType.StartObject)
        {
            history._json.Read();
            history._json.Read();
            history.AddText(ref sum, history.Here());
            history._json.Read();
        }

        var tags = At(values[37]);
        var lengths = 0L;
        while (tags._json.Read() && tags._json.TokenType == JsonTokenType.String)
        {
            lengths += tags._json.ValueSpan.Length;
        }

        sum.Add(lengths);
        var scores = At(values[38]);
        var total = 0L;
        while (scores._json.Read() && scores._json.TokenType == JsonTokenType.String)
        {
            total += scores.Long(scores.Here());
        }

        sum.Add(total);
        Span<byte> payload = stackalloc byte[512];
        Base64.DecodeFromUtf8(Text(values[39]), payload, out _, out var written);
        sum.Add(payload[..written]);
    }

    private readonly void Map(Value map, byte[][] names, scoped Span<Value> values)
    {
        var reader = At(map);
        reader.ReadMap(names, values);
        for (var i = 0; i < names.Length; i++)
        {
            values[i] = values[i] with { Start = values[i].Start + map.Start };
        }
    }

    private readonly OrdinaryReader At(Value container)
    {
        var reader = new OrdinaryReader(_record[container.Start..]);
        reader._json.Read();
        return reader;
    }

    private readonly ReadOnlySpan<byte> Text(Value value) => _record.Slice(value.Start, value.Length);

    private readonly void AddText(ref DecodeSum sum, Value value) =>
        sum.AddSpelled(value.Token == JsonTokenType.String ? Text(value) : default, isNull: value.Token != JsonTokenType.String);

    private readonly long Long(Value value) => Utf8Parser.TryParse(Text(value), out long number, out var used) && used == value.Length ? number : throw new FormatException();

    private readonly double Double(Value value) => Utf8Parser.TryParse(Text(value), out double number, out var used) && used == value.Length ? number : throw new FormatException();

    private readonly decimal Decimal(Value value) => Utf8Parser.TryParse(Text(value), out decimal number, out var used) && used == value.Length ? number : throw new FormatException();
}
