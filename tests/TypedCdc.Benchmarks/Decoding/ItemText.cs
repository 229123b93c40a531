using System.Globalization;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>Writes the events of shape C.</summary>
internal sealed class ItemText(AttributeOrder order)
{
    private static readonly EventShape Shape = new("us-east-1", "wide-items", IsMicroseconds: true);
    private static readonly string[] Countries = ["Germany", "France", "United States", "Japan", "Brazil", "India", "Spain"];
    private static readonly string[] Currencies = ["EUR", "USD", "JPY", "BRL"];
    private static readonly string[] States = ["ACTIVE", "PENDING", "SHIPPED", "CANCELLED"];

    private readonly EventText _text = new(3, order);
    private long _time = 1_720_740_233_012_995;

    private Random Random => _text.Random;

    public string Next()
    {
        _text.NextEvent(40);
        var pk = ("pk", EventText.S(string.Create(CultureInfo.InvariantCulture, $"CUST#{Random.Next(100_000_000)}")));
        var sk = ("sk", EventText.S("ORDER#" + _text.Uuid()));
        _time += Random.Next(1, 50_000);
        var image = _text.Image([pk, sk, .. Texts(), .. Numbers(), .. Flags(), .. Containers()]);
        return _text.Event(Shape, "INSERT", EventText.Join([pk, sk]), image, null, _time, Random.Next(1900, 4000));
    }

    private (string, string)[] Texts()
    {
        var description = _text.Sentence(Random.Next(300, 700));
        description = Random.Next(100) < 5 ? description.Insert(40, "\n\"quoted\"\t") : description;
        description = Random.Next(100) < 10 ? description.Insert(20, "größe — 東京") : description;
        return
        [
            ("status", EventText.S(States[Random.Next(4)])),
            ("email", EventText.S($"{_text.Word(3, false)}.{_text.Word(3, false)}@example.com")),
            ("full_name", EventText.S($"{_text.Word(2)} {_text.Word(4)}")),
            ("category", EventText.S(_text.Word(3))),
            ("country", EventText.S(Countries[Random.Next(7)])),
            ("currency", EventText.S(Currencies[Random.Next(4)])),
            ("description", EventText.S(description)),
            ("notes", EventText.S(_text.Sentence(Random.Next(50, 200)))),
            ("image_url", EventText.S($"https://cdn.example.com/img/{_text.Uuid()}.jpg")),
            ("sku", EventText.S(Sku())),
            ("created_at", EventText.S(_text.Time() + ".123Z")),
            ("updated_at", EventText.S(_text.Time() + ".456Z")),
            ("parent_id", Random.Next(2) == 0 ? "{\"NULL\":true}" : EventText.S(_text.Uuid())),
        ];
    }

    private (string, string)[] Numbers() =>
    [
        ("version", EventText.N(_text.Integer(3))),
        ("quantity", EventText.N(_text.Integer(4))),
        ("views", EventText.N(_text.Integer(11))),
        ("stock", EventText.N(_text.Integer(6))),
        ("priority", EventText.N(_text.Integer(1))),
        ("retries", EventText.N(_text.Integer(2))),
        ("expires_at", Random.Next(4) == 0 ? "{\"NULL\":true}" : EventText.N((1_720_740_233 + Random.Next(10_000_000)).ToString(CultureInfo.InvariantCulture))),
        ("price", EventText.N(EventText.Number(Random.NextDouble() * 1000, 2))),
        ("cost", EventText.N(EventText.Number(Random.NextDouble() * 1000, 2))),
        ("tax", EventText.N(EventText.Number(Random.NextDouble() * 100, 4))),
        ("discount", EventText.N(EventText.Number(Random.NextDouble() * -50, 2))),
        ("rating", EventText.N(EventText.Number(Random.NextDouble() * 5, 1))),
        ("weight", EventText.N(EventText.Number(Random.NextDouble() * 200, 3))),
        ("score", EventText.N(EventText.Number(Random.NextDouble(), 9))),
        ("margin", EventText.N(EventText.Number(Random.NextDouble() * 2 - 1, 6))),
    ];

    private (string, string)[] Flags() => [("active", Flag(9)), ("deleted", Flag(1)), ("featured", Flag(5))];

    private (string, string)[] Containers()
    {
        var payload = new byte[Random.Next(200, 400)];
        Random.NextBytes(payload);
        return
        [
            ("address", _text.Nested(
                ("street", EventText.S(string.Create(CultureInfo.InvariantCulture, $"{Random.Next(1, 900)} {_text.Word(3)} Street"))),
                ("city", EventText.S(_text.Word(3))),
                ("zip", EventText.S(Random.Next(10_000, 99_999).ToString(CultureInfo.InvariantCulture))),
                ("geo", _text.Nested(
                    ("lat", EventText.N(EventText.Number(Random.NextDouble() * 180 - 90, 6))), ("lon", EventText.N(EventText.Number(Random.NextDouble() * 360 - 180, 6))))))),
            ("dims", _text.Nested(("w", Tenths()), ("h", Tenths()), ("d", Tenths()))),
            ("lines", List(Random.Next(4, 10), () => _text.Nested(
                ("sku", EventText.S(Sku())),
                ("qty", EventText.N(Random.Next(1, 20).ToString(CultureInfo.InvariantCulture))),
                ("price", EventText.N(EventText.Number(Random.NextDouble() * 500, 2)))))),
            ("history", List(Random.Next(3, 8), () => EventText.S($"{States[Random.Next(4)]}@{_text.Time()}.789Z"))),
            ("tags", Set("SS", Random.Next(3, 7), () => _text.Word(2, false))),
            ("scores", Set("NS", Random.Next(4, 9), () => Random.Next(0, 1000).ToString(CultureInfo.InvariantCulture))),
            ("payload", "{\"B\":\"" + Convert.ToBase64String(payload) + "\"}"),
        ];
    }

    private string Flag(int tenths) => Random.Next(10) < tenths ? "{\"BOOL\":true}" : "{\"BOOL\":false}";

    private string Tenths() => EventText.N(EventText.Number(Random.NextDouble() * 100, 1));

    private string Sku() => string.Create(CultureInfo.InvariantCulture, $"SKU-{Random.Next(1_000_000):d6}");

    private static string List(int count, Func<string> element) => "{\"L\":[" + string.Join(',', Enumerable.Range(0, count).Select(_ => element())) + "]}";

    private static string Set(string kind, int count, Func<string> element) =>
        $"{{\"{kind}\":[" + string.Join(',', Enumerable.Range(0, count).Select(_ => element()).Distinct(StringComparer.Ordinal).Select(static one => EventText.Quoted(one))) + "]}";
}
