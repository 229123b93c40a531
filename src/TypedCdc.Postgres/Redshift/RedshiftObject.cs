namespace TypedCdc;

/// <summary>A file that COPY can load.</summary>
/// <param name="Location"><c>s3://bucket/key</c>.</param>
/// <param name="Authorization">COPY's clause for it: <c>IAM_ROLE default</c>, <c>IAM_ROLE 'arn:aws:iam::…'</c>, with <c>REGION '…'</c> where the bucket is elsewhere. Goes into the statement as it is.</param>
public sealed record RedshiftObject(string Location, string Authorization)
{
    /// <summary>The location alone: an authorization may hold keys.</summary>
    public override string ToString() => Location;
}
