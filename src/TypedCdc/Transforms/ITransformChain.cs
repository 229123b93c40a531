using TypedCdc.Decoding;

namespace TypedCdc.Transforms;

/// <summary>A model's transforms for those who do not know its type.</summary>
internal interface ITransformChain
{
    CdcModel Model { get; }

    /// <summary>The record as it is behind the transforms; null where the item does not pass.</summary>
    CdcRecord? Rewrite(in CdcRecord record);
}
