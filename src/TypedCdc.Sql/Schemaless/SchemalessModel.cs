using System.Text.Json;
using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Sql;

/// <summary>Stands for the items of a table without a model where the engine asks for one. Nothing is ever decoded with it: rows are made from the records' bytes.</summary>
internal sealed class SchemalessModel(SchemalessShape shape) : CdcModel<SchemalessItem>
{
    public SchemalessShape Shape { get; } = shape;

    public override TableSchema Schema { get; } = shape.Schema;

    public override AttributeTable Attributes { get; } = new(
        [.. shape.Schema.Attributes.Select(static attribute => new AttributeSpec(attribute.Name, attribute.Kinds | AttributeKind.NULL, attribute.IsRequired, $"a value of kind {attribute.Kinds}"))]);

    public override SchemalessItem Read(in ItemReader item) => throw new NotSupportedException();

    public override object ReadKey(in ItemReader keys) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, SchemalessItem value) => throw new NotSupportedException();
}

/// <summary>An item without a model. There are no objects of it; messages show its name.</summary>
internal sealed class SchemalessItem
{
    private SchemalessItem()
    {
    }
}
