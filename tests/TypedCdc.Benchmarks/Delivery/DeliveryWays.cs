using System.Globalization;
using System.Text.Json;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TypedCdc.Sources;

namespace TypedCdc.Benchmarks.Delivery;

/// <summary>Adds up what the handlers are given: every way must come to the same, and nothing is optimised away.</summary>
internal sealed class Sum
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    public void Add(long value) => Interlocked.Add(ref _value, value);
}

internal sealed class OneByOne(Sum sum) : ChangeHandler<DeliveryCustomer>
{
    public override ValueTask OnModifiedAsync(Modified<DeliveryCustomer> change, CancellationToken cancellationToken)
    {
        sum.Add(change.After.UserId);
        return default;
    }
}

internal sealed class InBatches(Sum sum) : BatchChangeHandler<DeliveryCustomer>
{
    public override ValueTask HandleAsync(IReadOnlyList<Change<DeliveryCustomer>> changes, CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            sum.Add(((Modified<DeliveryCustomer>)change).After.UserId);
        }

        return default;
    }
}

internal sealed class InPlace(Sum sum) : ViewHandler<DeliveryCustomer.View>
{
    public override void OnModified(scoped in ChangeView<DeliveryCustomer.View> change) => sum.Add(change.After.UserId);
}

/// <summary>Takes the records and looks at nothing: what a sink costs before it does anything.</summary>
internal sealed class Untouched(Sum sum) : ISink
{
    public ValueTask WriteAsync(IReadOnlyList<CdcRecord> records, CancellationToken cancellationToken)
    {
        for (var index = 0; index < records.Count; index++)
        {
            sum.Add(records[index].Utf8.Length);
        }

        return default;
    }
}

/// <summary>Publishes the corpus some times over in batches of 1,000, as a busy shard gives them.</summary>
internal sealed class CorpusSource(Corpus corpus, int passes) : IChangeSource
{
    private const int BatchRecords = 1_000;

    public string Name => "corpus";

    public async Task RunAsync(ISourceContext context, CancellationToken cancellationToken)
    {
        var shard = new ShardId("corpus", "0");
        await using var channel = context.OpenShard(shard);
        var number = 0UL;
        for (var pass = 0; pass < passes; pass++)
        {
            for (var start = 0; start < corpus.Records.Length; start += BatchRecords)
            {
                var batch = new RecordBatch(shard, BatchRecords * 640);
                foreach (var record in corpus.Records.AsSpan(start, Math.Min(BatchRecords, corpus.Records.Length - start)))
                {
                    batch.Add(new(++number), record);
                }

                await channel.PublishAsync(batch, cancellationToken);
            }
        }

        await channel.DrainAsync(cancellationToken);
    }
}

/// <summary>The ways from records' bytes to a handler.</summary>
internal static class DeliveryWays
{
    /// <summary>Every token of every record, and nothing done with it.</summary>
    public static long WalkTokens(Corpus corpus, int passes)
    {
        var sum = 0L;
        for (; passes > 0; passes--)
        {
            foreach (var record in corpus.Records)
            {
                var reader = new Utf8JsonReader(record);
                while (reader.Read())
                {
                    sum += (int)reader.TokenType;
                }
            }
        }

        return sum;
    }

    /// <summary>What most programs do: the record's JSON to attribute maps, those to the SDK's documents, those to a class; a loop around an asynchronous handler.</summary>
    public static async Task<long> UseAwsSdkAsync(Corpus corpus, int passes)
    {
        var sum = new Sum();
        for (; passes > 0; passes--)
        {
            foreach (var record in corpus.Records)
            {
                using var json = JsonDocument.Parse(record);
                var images = json.RootElement.GetProperty("dynamodb");
                var after = Customer(images.GetProperty("NewImage"));
                var before = Customer(images.GetProperty("OldImage"));
                await HandleAsync(sum, before, after);
            }
        }

        return sum.Value;

        static ValueTask HandleAsync(Sum sum, DeliveryCustomer before, DeliveryCustomer after)
        {
            sum.Add(after.UserId + (before.UserId - after.UserId));
            return default;
        }
    }

    public static long DecodeOnly(Corpus corpus, int passes)
    {
        var sum = 0L;
        for (; passes > 0; passes--)
        {
            foreach (var record in corpus.Records)
            {
                sum += ((Modified<DeliveryCustomer>)CdcRecord.Decode<DeliveryCustomer>(record)).After.UserId;
            }
        }

        return sum;
    }

    public static long ViewOnly(Corpus corpus, int passes)
    {
        var sum = 0L;
        for (; passes > 0; passes--)
        {
            foreach (var record in corpus.Records)
            {
                sum += CdcRecord.View<DeliveryCustomer.View>(record).After.UserId;
            }
        }

        return sum;
    }

    /// <summary>A whole host with the engine, from its start to the drained end.</summary>
    public static async Task<long> DeliverAsync(Action<CdcBuilder, Sum> configure)
    {
        var sum = new Sum();
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = "Development" });
        builder.Services.AddSingleton(sum);
        builder.Services.AddTypedCdc(cdc => configure(cdc.Model<DeliveryCustomer>(), sum));
        using var host = builder.Build();
        await host.RunAsync();
        return sum.Value;
    }

    private static DeliveryCustomer Customer(JsonElement image)
    {
        var map = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        foreach (var attribute in image.EnumerateObject())
        {
            map[attribute.Name] = attribute.Value.TryGetProperty("S", out var text) ? new() { S = text.GetString() } : new() { N = attribute.Value.GetProperty("N").GetString() };
        }

        var document = Document.FromAttributeMap(map);
        return new()
        {
            UserId = long.Parse(document["userid"].AsString(), CultureInfo.InvariantCulture),
            FirstName = document["first_name"].AsString(),
            LastName = document["last_name"].AsString(),
            Phone = document["phone"].AsLong(),
        };
    }
}
