using System.Text;
using TypedCdc.Decoding;
using Xunit.Abstractions;

namespace TypedCdc.Tests.Decoding;

/// <summary>Random damage to good records: the decoder answers as the oracle does, or refuses as the oracle does, and never in any other way.</summary>
public sealed class DecodeFuzzTests(ITestOutputHelper output)
{
    // Set in the environment for a longer run, or one elsewhere.
    private static readonly int Seed = Setting("TYPEDCDC_FUZZ_SEED", 20240712);
    private static readonly int Mutations = Setting("TYPEDCDC_FUZZ_MUTATIONS", 220_000);

    private static readonly string[] Seeds =
    [
        """{"awsRegion":"us-west-2","eventID":"d3ed405e-420b-4601-8aaf-bda773a16d86","eventName":"MODIFY","userIdentity":null,"recordFormat":"application/json","tableName":"bags","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"id":{"N":"8"}},"NewImage":{"id":{"N":"8"},"s":{"S":"gX8fQ2n"},"n":{"N":"-12.50"},"flag":{"BOOL":true}},"OldImage":{"n":{"N":"-12.5"},"id":{"N":"8"},"s":{"S":"K2zqYSK"},"flag":{"BOOL":false}},"SizeBytes":104},"eventSource":"aws:dynamodb"}""",
        """{"eventName":"INSERT","tableName":"bags","dynamodb":{"ApproximateCreationDateTime":1720740233012995,"Keys":{"id":{"S":"qux"}},"NewImage":{"id":{"S":"qux"},"m":{"M":{"a":{"N":"1"},"b":{"L":[{"S":""},{"NULL":true},{"M":{}}]}}},"ss":{"SS":["b","a","\u00e4"]},"ns":{"NS":["10","9.0","1E1"]},"bs":{"BS":["AQI=","AA=="]},"other":{"M":{"x":{"L":[]}}}},"SizeBytes":99,"ApproximateCreationDateTimePrecision":"MICROSECOND"}}""",
        """{ "eventID" : "1", "eventName" : "MODIFY", "eventSourceARN" : "arn:aws:dynamodb:us-east-1:123456789012:table/bags/stream/2015-06-27T00:48:05.899", "dynamodb" : { "ApproximateCreationDateTime" : 1479499740.5, "Keys" : { "id" : { "N" : "101" } }, "NewImage" : { "id" : { "N" : "1.01E2" }, "nothing" : { "NULL" : true }, "l" : { "L" : [ { "N" : "1" } , { "B" : "aGk=" } ] } }, "OldImage" : { "id" : { "N" : "101" }, "l" : { "L" : [ { "N" : "1.0" } , { "B" : "aGk=" } ] }, "ss" : { "SS" : [ "x" ] } }, "SequenceNumber" : "4421584500000000017450439091", "SizeBytes" : 59, "StreamViewType" : "NEW_AND_OLD_IMAGES" } }""",
        """{"eventName":"REMOVE","userIdentity":{"Type":"Service","PrincipalId":"dynamodb.amazonaws.com"},"dynamodb":{"ApproximateCreationDateTime":1.72074023E9,"Keys":{"id":{"B":"AAEC"}},"OldImage":{"id":{"B":"AAEC"},"na\"me \u00e9":{"S":"\ud83d\ude00 \"quoted\" \\ \/"},"n":{"N":"123456789012345678901234567890.12345678"}}}}""",
        """{"Metadata":{"WriteTimestampMicros":{"N":"1680109764000000"}},"Keys":{"id":{"S":"k"}},"NewImage":{"id":{"S":"k"},"na\"me é":{"N":"1E-130"}},"OldImage":{"id":{"S":"k"},"n":{"N":"9.99E+125"}}}""",
        """{"Item":{"id":{"N":"7"},"m":{"M":{"deep":{"M":{"er":{"L":[{"L":[{"SS":["z","y"]}]}]}}}}},"l":{"SS":["only","text"]}}}""",
        """{"eventName":"REMOVE","tableName":"bags","dynamodb":{"ApproximateCreationDateTime":1667565639,"Keys":{"id":{"N":"8"}}}}""",
    ];

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "\\u0041", "\\n", "null", "true", "false", "0", "-", "1E5", ".", "e", "00", " ", "\n", "\t", "é", "\u0001", "😀",
        "\"S\"", "\"N\"", "\"M\"", "{\"S\":\"x\"}", "{\"N\":\"1\"}", "{\"N\":\"12345678901234567890123456789012345678\"}", "{\"NULL\":true}", "{\"M\":{}}", "{\"L\":[]}", ",\"id\":{\"N\":\"8\"}", ",\"s\":{\"S\":\"x\"}",
        ",\"\\u0073\":{\"S\":\"x\"}", ",\"zz\":{\"S\":\"x\"},\"z\\u007a\":{\"N\":\"1\"}", "\"NewImage\":null,", "\"tableName\":null,", ",\"x\":[[[[1,2]]]]", "\\/", "=", "AAAA", "1E130", "1E-131", "{\"BOOL\":false}", "{\"SS\":[]}",
    ];

    [Fact]
    public void Damaged_records_are_read_as_the_oracle_reads_them_or_refused()
    {
        CdcModel.Register(new BagModel());
        output.WriteLine($"seed {Seed}");
        foreach (var seed in Seeds)
        {
            var utf8 = Encoding.UTF8.GetBytes(seed);
            Assert.NotNull(Oracle.Describe(utf8));
            Check(utf8, -1);
        }

        var random = new Random(Seed);
        var accepted = 0;
        for (var i = 0; i < Mutations; i++)
        {
            accepted += Check(Mutate(random), i) ? 1 : 0;
        }

        output.WriteLine($"{accepted} of {Mutations} were still records");
        Assert.InRange(accepted, Mutations / 10, Mutations * 9 / 10);
    }

    private static bool Check(byte[] utf8, int round)
    {
        var expected = Oracle.Describe(utf8);
        string? actual = null;
        CdcDecodeException? error = null;
        try
        {
            var change = CdcRecord.Decode<Bag>(utf8);
            _ = change.BeforeError?.Message;
            actual = Oracle.Describe(change);
        }
        catch (CdcDecodeException e)
        {
            error = e;
            _ = e.Message;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"round {round}: {Encoding.UTF8.GetString(utf8)}", e);
        }

        if (expected != actual)
        {
            Assert.Fail($"round {round}: {Encoding.UTF8.GetString(utf8)}\noracle:  {expected}\ndecoder: {actual}{error}");
        }

        if (actual is not null && round % 8 == 0)
        {
            CheckCanonical(utf8);
        }

        return actual is not null;
    }

    /// <summary>An image in its one spelling means what it meant, stays as it is when read again, and its plain JSON is JSON.</summary>
    private static void CheckCanonical(byte[] utf8)
    {
        var image = CdcRecord.Parse(utf8, default, new() { TableName = "bags" }).NewImage;
        if (image.IsEmpty)
        {
            return;
        }

        AttributeMap map;
        try
        {
            map = AttributeMap.Parse(image.Span);
        }
        catch (CdcDecodeException)
        {
            return; // the new image of a removal, which nobody read
        }

        Assert.Equal(map, AttributeMap.Parse(map.Utf8.Span));
        Assert.Equal(Oracle.Describe(Encoding.UTF8.GetBytes($"{{\"Item\":{Encoding.UTF8.GetString(image.Span)}}}")), Oracle.Describe(Encoding.UTF8.GetBytes($"{{\"Item\":{map}}}")));
        foreach (var entry in map)
        {
            _ = entry.Value.GetJsonElement();
        }
    }

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : standard;

    private static byte[] Mutate(Random random)
    {
        var bytes = new List<byte>(Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]));
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(9))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 6), bytes.Count - at - 1));
                    break;
                case 3 or 4:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
                case 5:
                    // A token where a value stands.
                    var colon = bytes.IndexOf((byte)':', at);
                    if (colon >= 0)
                    {
                        bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    }

                    break;
                case 6:
                    // A piece of a record somewhere else.
                    var other = Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]);
                    var start = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(start, Math.Min(random.Next(1, 40), other.Length - start)).ToArray());
                    break;
                case 7:
                    // Within digits and letters the structure survives.
                    var letter = bytes.FindIndex(at, b => b is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'z'));
                    if (letter >= 0)
                    {
                        bytes[letter] = (byte)"0123456789Eexyz+-."[random.Next(18)];
                    }

                    break;
                default:
                    // Whitespace between tokens.
                    var comma = bytes.IndexOf((byte)',', at);
                    bytes.Insert(comma < 0 ? bytes.Count : comma, (byte)" \n\r\t"[random.Next(4)]);
                    break;
            }
        }

        return [.. bytes];
    }
}
