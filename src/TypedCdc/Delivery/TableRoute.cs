using TypedCdc.Decoding;
using TypedCdc.Observability;
using TypedCdc.Schema;

namespace TypedCdc.Delivery;

/// <summary>Where the records of one table go, worked out once a table.</summary>
/// <param name="TableName">The DynamoDB table.</param>
/// <param name="Models">Its models; none for an unknown table.</param>
/// <param name="Subscribers">The subscribers that take them, by index.</param>
/// <param name="Statistics">The table's counters.</param>
internal sealed record TableRoute(string TableName, IReadOnlyList<CdcModel> Models, int[] Subscribers, TableStatistics Statistics)
{
    /// <summary>The table has a model, or some subscriber was told of it by name.</summary>
    internal bool IsKnown => Models.Count > 0 || IsNamed;

    /// <summary>Some subscriber was told of the table by name.</summary>
    internal bool IsNamed { get; init; }

    /// <summary>Not every item of the table is of every model: each item must be asked.</summary>
    internal bool IsShared { get; } = Models.Count > 1 || Models.Any(static model => model.IsSelective);

    /// <summary>Some model has a member for all attributes that no other member maps.</summary>
    internal bool HasOverflow { get; } = Models.Any(static model => model.Schema.Attributes.Any(static attribute => attribute.ColumnType == ColumnType.Overflow));
}
