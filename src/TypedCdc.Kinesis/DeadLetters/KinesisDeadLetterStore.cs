using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using TypedCdc.DeadLetters;
using TypedCdc.Delivery;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.DeadLetters;

/// <summary>
/// Puts dead letters on a Kinesis stream, as the JSON of the file store. Those of one shard have one partition key, so that they stay together. What the service did not store of a
/// request is put again by itself; when that does not help, the store counts as down. A write that is repeated may store a letter twice: position and subscriber tell.
/// </summary>
/// <param name="stream">The stream's name or ARN.</param>
/// <param name="api">The service; our own client is disposed with the store.</param>
/// <param name="options">The limits.</param>
/// <param name="oversize">Takes what the stream cannot; null: nothing does.</param>
/// <param name="time">The clock of retries.</param>
/// <param name="logger">The log.</param>
internal sealed class KinesisDeadLetterStore(
    string stream, Func<IKinesisApi> api, KinesisDeadLetterOptions options, IDeadLetterStore? oversize, TimeProvider time, ILogger logger)
    : IDeadLetterStore, IAsyncDisposable
{
    // Amazon Kinesis API reference, PutRecords. Newer quotas allow 10 MiB; the older are kept by everything that speaks the protocol.
    private const int MaximumRequestRecords = 500;
    private const int MaximumRequestBytes = 5 * 1024 * 1024;
    private const int Attempts = 5;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    private IKinesisApi? _api;

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (oversize is not null)
        {
            await oversize.StartAsync(cancellationToken);
        }

        // A service that cannot be reached, or whose answer cannot be read, is waited for; a stream that cannot be used is not.
        var backoff = new Backoff(Random.Shared);
        while (true)
        {
            try
            {
                await Api().DescribeStreamAsync(stream, cancellationToken);
                return;
            }
            catch (KinesisException refused) when (refused.Kind is KinesisErrorKind.NotFound or KinesisErrorKind.Permanent or KinesisErrorKind.InvalidPosition)
            {
                throw new CdcConfigurationException($"The dead-letter stream cannot be used: {refused.Message}. Create it, or grant the role the rights to describe it and to put records (kinesis:DescribeStreamSummary, kinesis:PutRecords).", refused);
            }
            catch (KinesisException failed)
            {
                // The first, and then about one a minute.
                if (backoff.Failures % 8 == 0)
                {
                    KinesisLog.DeadLetterStreamAwaited(logger, failed.Message, backoff.Failures + 1);
                }

                await Task.Delay(backoff.Next(), time, cancellationToken);
            }
        }
    }

    public async ValueTask StoreAsync(IReadOnlyList<DeadLetter> deadLetters, CancellationToken cancellationToken)
    {
        var elsewhere = new List<DeadLetter>();
        var request = new List<KinesisPutRecord>();
        var bytes = 0;
        foreach (var letter in deadLetters)
        {
            if (ToRecord(letter) is not { } record)
            {
                elsewhere.Add(letter);
                continue;
            }

            var size = SizeOf(record);
            if (request.Count == MaximumRequestRecords || (request.Count > 0 && bytes + size > MaximumRequestBytes))
            {
                await PutAsync(request, cancellationToken);
                request = [];
                bytes = 0;
            }

            request.Add(record);
            bytes += size;
        }

        await PutAsync(request, cancellationToken);
        if (elsewhere.Count == 0)
        {
            return;
        }

        if (oversize is null)
        {
            var first = elsewhere[0];
            throw new KinesisException(
                KinesisErrorKind.Permanent,
                string.Create(CultureInfo.InvariantCulture, $"The dead letter of '{first.Subscriber}' at {first.Position} ({first.Payload.Length:N0} bytes) is larger than the stream's records may be ({options.MaximumRecordBytes:N0} bytes), also when compressed. Name a second store with o.OversizeTo, or let the stream take larger records and raise o.MaximumRecordBytes. Delivery behind it waits."));
        }

        await oversize.StoreAsync(elsewhere, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // A client that the user gives is the user's.
        await Disposal.DisposeAsync(oversize);
        await Disposal.DisposeAsync(_api as KinesisHttpApi);
    }

    private IKinesisApi Api() => _api ??= api();

    private static int SizeOf(in KinesisPutRecord record) => record.Data.Length + Encoding.UTF8.GetByteCount(record.PartitionKey);

    /// <summary>As it is; compressed where that is too large; null where even that is.</summary>
    private KinesisPutRecord? ToRecord(DeadLetter letter)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{letter.Application}\0{letter.Position.Shard}")).AsSpan(0, 16));
        foreach (var isCompressed in (ReadOnlySpan<bool>)[false, true])
        {
            var json = new ArrayBufferWriter<byte>(letter.Payload.Length + 1024);
            DeadLetterJson.WriteObject(json, letter, isCompressed);
            var record = new KinesisPutRecord(key, json.WrittenMemory);
            if (SizeOf(record) <= options.MaximumRecordBytes)
            {
                return record;
            }
        }

        return null;
    }

    private async ValueTask PutAsync(List<KinesisPutRecord> records, CancellationToken cancellationToken)
    {
        var wait = FirstWait;
        for (var attempt = 1; records.Count > 0; attempt++)
        {
            var codes = await Api().PutRecordsAsync(stream, records, cancellationToken);
            var failed = new List<KinesisPutRecord>();
            for (var index = 0; index < codes.Count; index++)
            {
                if (codes[index] is not null)
                {
                    failed.Add(records[index]);
                }
            }

            if (failed.Count > 0 && attempt == Attempts)
            {
                throw new KinesisException(
                    KinesisErrorKind.Throttled,
                    string.Create(CultureInfo.InvariantCulture, $"PutRecords did not store {failed.Count} of the dead letters in {Attempts} attempts: {string.Join(", ", codes.OfType<string>().Distinct().Order(StringComparer.Ordinal))}."));
            }

            records = failed;
            if (records.Count > 0)
            {
                await Task.Delay(wait, time, cancellationToken);
                wait *= 2;
            }
        }
    }
}
