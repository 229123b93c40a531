using TypedCdc.Benchmarks.Decoding;
using TypedCdc.Decoding;

namespace TypedCdc.Fuzz.Differential;

/// <summary>The corpora that are damaged, each with the attributes of its model.</summary>
internal static class FuzzShapes
{
    private const AttributeKind OptionalText = AttributeKind.S | AttributeKind.NULL;
    private const AttributeKind OptionalNumber = AttributeKind.N | AttributeKind.NULL;

    internal static string[] Names { get; } = ["A", "B", "C", .. Enum.GetNames<CustomerOddity>()];

    internal static AttributeTable TableOf(string shape) => shape switch
    {
        "B" => new(Spec("device", AttributeKind.S), Spec("timestamp", AttributeKind.S), Spec("humidity", AttributeKind.N), Spec("temperature", AttributeKind.N)),
        "C" => Items(),
        _ => new(Spec("userid", AttributeKind.N), Spec("phone", OptionalNumber), Spec("first_name", OptionalText), Spec("last_name", OptionalText)),
    };

    internal static DecodeCorpus CorpusOf(string shape, int count, AttributeOrder order) =>
        Enum.TryParse<CustomerOddity>(shape, out var oddity) ? DecodeCorpus.Customers(count, order, oddity) : DecodeCorpus.Of(shape, count, order);

    private static AttributeTable Items()
    {
        // Some are left out, some are of any kind.
        List<AttributeSpec> specs =
        [
            .. "pk sk status email full_name category country currency description notes image_url sku created_at updated_at".Split(' ').Select(static name => Spec(name, AttributeKind.S)),
            Spec("parent_id", OptionalText),
            .. "version quantity views stock priority retries price cost tax discount rating weight score".Split(' ').Select(static name => Spec(name, AttributeKind.N)),
            Spec("expires_at", OptionalNumber),
            Spec("active", AttributeKind.BOOL),
            Spec("deleted", AttributeKind.BOOL | AttributeKind.NULL),
            Spec("featured", AttributeKind.BOOL | AttributeKind.N),
            Spec("address", AttributeKind.M),
            Spec("dims", AttributeKind.M | AttributeKind.NULL),
            Spec("lines", AttributeKind.L),
            Spec("history", AttributeKind.L | AttributeKind.SS),
            Spec("tags", AttributeKind.SS),
            Spec("payload", AttributeKind.B),
            Spec("a_name_that_is_too_long_for_a_vector_of_32_bytes", AttributeKind.S),
            Spec("na\"me", AttributeKind.S),
        ];
        return new([.. specs]);
    }

    private static AttributeSpec Spec(string name, AttributeKind kinds) => new(name, kinds, IsRequired: false, "something else");
}
