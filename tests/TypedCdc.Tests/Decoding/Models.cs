using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Tests.Decoding;

/// <summary>The model of the captured events, with a hand-written stand-in for the generator's code: these tests are about the runtime alone.</summary>
internal sealed record Customer
{
    public required long UserId { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public long? Phone { get; init; }

    public readonly record struct Key(long UserId);
}

internal sealed class CustomerModel : CdcModel<Customer>
{
    public override AttributeTable Attributes { get; } = new(
        new AttributeSpec("userid", AttributeKind.N, IsRequired: true, "an N that fits long"),
        new AttributeSpec("first_name", AttributeKind.S | AttributeKind.NULL, IsRequired: false, "an S"),
        new AttributeSpec("last_name", AttributeKind.S | AttributeKind.NULL, IsRequired: false, "an S"),
        new AttributeSpec("phone", AttributeKind.N | AttributeKind.NULL, IsRequired: false, "an N that fits long"));

    public override TableSchema Schema { get; } = TestSchema.Of("hubert_dynamocdc", 0, -1, ("userid", AttributeKind.N), ("first_name", AttributeKind.S), ("last_name", AttributeKind.S), ("phone", AttributeKind.N));

    public override Customer Read(in ItemReader item) => new()
    {
        UserId = item[0].GetInteger<long>(),
        FirstName = item[1].IsNull ? null : item[1].GetString(),
        LastName = item[2].IsNull ? null : item[2].GetString(),
        Phone = item[3].IsNull ? null : item[3].GetInteger<long>(),
    };

    public override object ReadKey(in ItemReader keys) => new Customer.Key(keys[0].GetInteger<long>());

    public override void Write(Utf8JsonWriter writer, Customer value) => throw new NotSupportedException();
}

/// <summary>The other captured table: two key attributes, decimals.</summary>
internal sealed record SensorReading(string Device, string Timestamp, decimal Temperature, decimal? Humidity)
{
    public readonly record struct Key(string Device, string Timestamp);
}

internal sealed class SensorReadingModel : CdcModel<SensorReading>
{
    public override AttributeTable Attributes { get; } = new(
        new AttributeSpec("device", AttributeKind.S, IsRequired: true, "an S"),
        new AttributeSpec("timestamp", AttributeKind.S, IsRequired: true, "an S"),
        new AttributeSpec("temperature", AttributeKind.N, IsRequired: true, "an N that fits decimal"),
        new AttributeSpec("humidity", AttributeKind.N | AttributeKind.NULL, IsRequired: false, "an N that fits decimal"));

    public override TableSchema Schema { get; } = TestSchema.Of("table-testdrive", 0, 1, ("device", AttributeKind.S), ("timestamp", AttributeKind.S), ("temperature", AttributeKind.N), ("humidity", AttributeKind.N));

    public override SensorReading Read(in ItemReader item) =>
        new(item[0].GetString(), item[1].GetString(), item[2].GetDecimal(), item[3].IsNull ? null : item[3].GetDecimal());

    public override object ReadKey(in ItemReader keys) => new SensorReading.Key(keys[0].GetString(), keys[1].GetString());

    public override void Write(Utf8JsonWriter writer, SensorReading value) => throw new NotSupportedException();
}

internal static class TestSchema
{
    internal static TableSchema Of(string table, int partitionKey, int sortKey, params (string Name, AttributeKind Kinds)[] attributes) => new()
    {
        TableName = table,
        SqlName = table,
        Attributes = attributes.Select(a => new AttributeSchema { Name = a.Name, MemberName = a.Name, Kinds = a.Kinds, ColumnName = a.Name, ColumnType = ColumnType.Text }).ToImmutableArray(),
        PartitionKey = partitionKey,
        SortKey = sortKey,
        Revision = "test",
    };

    [ModuleInitializer]
    internal static void Register()
    {
        CdcModel.Register(new CustomerModel());
        CdcModel.Register(new SensorReadingModel());
    }
}
