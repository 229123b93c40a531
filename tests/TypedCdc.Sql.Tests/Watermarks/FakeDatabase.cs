namespace TypedCdc.Sql.Tests.Watermarks;

/// <summary>A database without SQL: which records were applied to its one table, by their times, how often each was written, and the watermarks beside them. Transactions are whole, or fail where the test says.</summary>
internal sealed class FakeDatabase
{
    private readonly Dictionary<(string Application, string Lease, string Target, int Lanes, int Lane), StoredWatermark> _watermarks = [];

    /// <summary>The records whose rows are in the table.</summary>
    public HashSet<int> Applied { get; } = [];

    /// <summary>How often a record's row was written.</summary>
    public Dictionary<int, int> Writes { get; } = [];

    /// <summary>The records whose rows the database refuses.</summary>
    public HashSet<int> Refused { get; } = [];

    /// <summary>Which table it is.</summary>
    public int Identity { get; set; }

    /// <summary>Whether the next transaction is lost before its commit, or its answer behind it.</summary>
    public Func<(bool Before, bool After)> Fails { get; set; } = static () => default;

    public IEnumerable<StoredWatermark> Watermarks => _watermarks.Values;

    public RelationalSink Sink(UnfitValue unfit = UnfitValue.Fail)
    {
        var tables = new TableSetBuilder();
        tables.Add<Customer>(table => table.OnUnfit = unfit);
        return new(tables.Build(), new Store(this));
    }

    public int CountWrites(int record) => Writes.GetValueOrDefault(record);

    private sealed class Store(FakeDatabase database) : IRelationalStore, IWatermarkStore
    {
        public string Name => "fake";

        public ValueLimits Limits => ValueLimits.None;

        public IWatermarkStore? Watermarks => this;

        public ValueTask StartAsync(TableSet tables, SinkContext context, SinkMetrics metrics, CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync() => default;

        public ValueTask WriteAsync(WriteBatch batch, CancellationToken cancellationToken)
        {
            var rejectedBefore = batch.RejectedCount;
            try
            {
                Write(batch);
                return default;
            }
            catch
            {
                batch.ForgetRejectedSince(rejectedBefore);
                throw;
            }
        }

        public ValueTask<IReadOnlyList<StoredWatermark>> ClaimAsync(string application, ShardLease lease, CancellationToken cancellationToken)
        {
            var stored = database._watermarks.Values.Where(row => row.Lease == lease.Key).ToList();
            var claim = LeaseClaim.Of(lease, stored, application);
            foreach (var row in stored)
            {
                database._watermarks[KeyOf(application, row)] = row with
                {
                    Model = claim.IsRewound ? "" : row.Model,
                    Checkpoint = claim.IsRewound ? StoredWatermark.ToText(lease.Start) : row.Checkpoint,
                    Token = lease.Token ?? row.Token,
                };
            }

            return new(claim.IsRewound ? [] : stored);
        }

        public ValueTask<TableIdentity> IdentifyAsync(TargetTable table, CancellationToken cancellationToken) =>
            new(new TableIdentity(database.Identity.ToString(System.Globalization.CultureInfo.InvariantCulture), database.Applied.Count == 0));

        public ValueTask RememberCheckpointAsync(string application, ShardLease lease, SequenceNumber checkpoint, CancellationToken cancellationToken)
        {
            foreach (var row in database._watermarks.Values.Where(row => row.Lease == lease.Key && string.CompareOrdinal(row.Checkpoint, StoredWatermark.ToText(checkpoint)) < 0).ToList())
            {
                database._watermarks[KeyOf(application, row)] = row with { Checkpoint = StoredWatermark.ToText(checkpoint) };
            }

            return default;
        }

        private void Write(WriteBatch batch)
        {
            var (before, after) = database.Fails();
            var written = new List<int>();
            foreach (var rows in batch.Tables)
            {
                for (var row = 0; row < rows.Count; row++)
                {
                    var record = (int)rows[row].Microseconds;
                    database.Writes[record] = database.CountWrites(record) + (before ? 0 : 1);
                    if (database.Refused.Contains(record))
                    {
                        batch.Reject(rows[row].Record, new InvalidOperationException("refused"));
                    }
                    else
                    {
                        written.Add(record);
                    }
                }
            }

            var watermarks = new List<StoredWatermark>();
            if (batch.Watermarks is { } plan)
            {
                foreach (var lease in plan.Leases)
                {
                    LeaseClaim.RequireNewest(lease, database._watermarks.Values.Where(row => row.Lease == lease.Key).Max(static row => row.Token), plan.Application);
                }

                watermarks = plan.Finish(batch);
                if (watermarks.Exists(row => row.Identity != database.Identity.ToString(System.Globalization.CultureInfo.InvariantCulture)))
                {
                    throw new TableChangedException();
                }
            }

            if (before)
            {
                throw new CrashException();
            }

            database.Applied.UnionWith(written);
            foreach (var row in watermarks)
            {
                database._watermarks[KeyOf(batch.Watermarks!.Application, row)] = row with { Token = row.Token ?? database._watermarks.GetValueOrDefault(KeyOf(batch.Watermarks.Application, row))?.Token };
            }

            if (after)
            {
                throw new CrashException();
            }
        }

        private static (string, string, string, int, int) KeyOf(string application, StoredWatermark row) => (application, row.Lease, row.Target, row.Lanes, row.Lane);
    }

    /// <summary>The process dies here.</summary>
    internal sealed class CrashException : Exception;
}
