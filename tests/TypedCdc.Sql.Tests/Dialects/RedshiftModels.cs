namespace TypedCdc.Sql.Tests.Dialects;

[CdcTable("notes")]
public sealed partial record ShortNote
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    [CdcAttribute("text")]
    [CdcColumn(RedshiftType = "VARCHAR(10)")]
    public string? Text { get; init; }
}

[CdcTable("notes")]
public sealed partial record LongNote
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    [CdcAttribute("text")]
    [CdcColumn(RedshiftType = "VARCHAR(20)")]
    public string? Text { get; init; }
}

[CdcTable("capitals")]
public sealed partial record Capital
{
    [PartitionKey("id")]
    public required long Id { get; init; }

    [CdcColumn("Name")]
    public string? Name { get; init; }
}
