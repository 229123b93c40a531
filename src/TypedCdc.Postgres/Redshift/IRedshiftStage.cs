namespace TypedCdc;

/// <summary>
/// Puts rows where Redshift's COPY finds them: a bucket of S3. COPY is faster than INSERT for large writes; without a stage of your own the sink stages by multi-row INSERT. No AWS package is
/// needed by the sink: with AWSSDK.S3 this is a PutObject and a DeleteObject.
/// </summary>
public interface IRedshiftStage
{
    /// <summary>Stores a CSV file under a new name.</summary>
    ValueTask<RedshiftObject> UploadAsync(ReadOnlyMemory<byte> csv, CancellationToken cancellationToken);

    /// <summary>Deletes it; called when it has been loaded, and when that failed. A bucket's expiry rule is a good second hand: the process may end before.</summary>
    ValueTask DeleteAsync(RedshiftObject stored, CancellationToken cancellationToken);
}
