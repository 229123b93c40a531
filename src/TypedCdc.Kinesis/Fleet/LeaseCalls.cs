using System.Diagnostics;
using Amazon.Runtime;
using TypedCdc.Kinesis.Api;
using TypedCdc.Kinesis.Leases;
using TypedCdc.Kinesis.Worker;

namespace TypedCdc.Kinesis.Fleet;

/// <summary>Carries out the commands that concern the lease table. Every failure is an event: whether a write was made is then not known.</summary>
internal sealed class LeaseCalls(ILeaseStore store, TimeProvider time)
{
    internal async Task<WorkerEvent> AnswerAsync(WorkerCommand command, FleetSettings fleet, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = new CancellationTokenSource(command is WorkerCommand.WriteLease ? fleet.WriteTimeout : TimeSpan.FromMinutes(1), time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            return await CallAsync(command, fleet.WorkerId, linked.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (AmazonServiceException refused) when (refused.ErrorCode is "AccessDeniedException" or "ValidationException" or "UnrecognizedClientException")
        {
            return Failed(command, new KinesisException(KinesisErrorKind.Permanent, $"The lease table cannot be used: {refused.ErrorCode}: {refused.Message}", refused.ErrorCode));
        }
        catch (Exception exception)
        {
            return Failed(command, exception);
        }

        static WorkerEvent Failed(WorkerCommand command, Exception exception) =>
            command is WorkerCommand.WriteLease write
                ? new WorkerEvent.LeaseNotWritten(write.Seen.Key, write.Token, write.Kind, exception)
                : new WorkerEvent.LeaseCallFailed(command, exception);
    }

    /// <summary>Adds leases that do not exist: those of the other parents first, and none where the lease itself exists.</summary>
    internal static async ValueTask<IReadOnlyList<Lease>> CreateAsync(ILeaseStore store, IReadOnlyList<NewLease> leases, CancellationToken cancellationToken)
    {
        var created = new List<Lease>();
        foreach (var lease in leases)
        {
            if (lease.OtherParents.Count > 0)
            {
                if (await store.ReadAsync(lease.Lease.Key, cancellationToken) is not null)
                {
                    continue;
                }

                foreach (var parent in lease.OtherParents)
                {
                    if (await store.CreateAsync(parent, cancellationToken))
                    {
                        created.Add(parent);
                    }
                }
            }

            if (await store.CreateAsync(lease.Lease, cancellationToken))
            {
                created.Add(lease.Lease);
            }
        }

        return created;
    }

    private async Task<WorkerEvent> CallAsync(WorkerCommand command, string workerId, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case WorkerCommand.EnsureLeases:
                await store.EnsureAsync(cancellationToken);
                return new WorkerEvent.LeasesEnsured();
            case WorkerCommand.ScanLeases:
                return new WorkerEvent.LeasesScanned(await store.ListAsync(cancellationToken));
            case WorkerCommand.ReadLease read:
                return new WorkerEvent.LeaseRead(read.Key, await store.ReadAsync(read.Key, cancellationToken));
            case WorkerCommand.CreateLeases create:
                return new WorkerEvent.LeasesCreated(create.Parent, await CreateAsync(store, create.Leases, cancellationToken));
            case WorkerCommand.DeleteLeases delete:
                foreach (var lease in delete.Leases)
                {
                    await store.DeleteAsync(lease, cancellationToken);
                }

                return new WorkerEvent.LeasesDeleted();
            case WorkerCommand.WriteLease write:
                var result = write.Kind switch
                {
                    LeaseWriteKind.Take => await store.TakeAsync(write.Seen, workerId, cancellationToken),
                    LeaseWriteKind.Renew => await store.RenewAsync(write.Seen, cancellationToken),
                    LeaseWriteKind.Checkpoint => await store.CheckpointAsync(write.Seen, write.Changed!, cancellationToken),
                    _ => await store.EvictAsync(write.Seen, cancellationToken),
                };
                return new WorkerEvent.LeaseWritten(write.Seen.Key, write.Token, write.Kind, result);
            default:
                throw new UnreachableException(command.GetType().Name);
        }
    }
}
