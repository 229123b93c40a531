namespace TypedCdc;

/// <summary>
/// Makes a model of a class that cannot be partial or lives in another assembly: on a partial class of your own, which then holds the model's key, schema and SQL in
/// a nested class (<c>AppModels.CustomerModel.Key</c>). The model's members are annotated as usual, by TypedCdc or by the AWS SDK, or not at all.
/// </summary>
/// <param name="model">The class, record or struct.</param>
/// <param name="tableName">The default name of the DynamoDB table; by default that of the model's own <see cref="CdcTableAttribute"/> or <c>DynamoDBTable</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class CdcModelAttribute(Type model, string? tableName = null) : Attribute
{
    /// <summary>The class, record or struct.</summary>
    public Type Model { get; } = model;

    /// <summary>The default name of the DynamoDB table.</summary>
    public string? TableName { get; } = tableName;

    /// <summary>The name of the member that is the partition key, where no annotation says so.</summary>
    public string? PartitionKey { get; set; }

    /// <summary>The name of the member that is the sort key, where no annotation says so.</summary>
    public string? SortKey { get; set; }

    /// <inheritdoc cref="CdcTableAttribute.SqlName"/>
    public string? SqlName { get; set; }

    /// <inheritdoc cref="CdcTableAttribute.SqlSchema"/>
    public string? SqlSchema { get; set; }

    /// <inheritdoc cref="CdcTableAttribute.Naming"/>
    public NamingPolicy Naming { get; set; }

    /// <inheritdoc cref="CdcTableAttribute.ColumnNaming"/>
    public NamingPolicy ColumnNaming { get; set; }

    /// <inheritdoc cref="CdcTableAttribute.Discriminator"/>
    public string? Discriminator { get; set; }

    /// <inheritdoc cref="CdcTableAttribute.DiscriminatorValue"/>
    public string? DiscriminatorValue { get; set; }
}
