using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TypedCdc.Decoding;
using TypedCdc.Schema;

namespace TypedCdc.Decoding;

/// <summary>
/// The generated code of one model, as an object: what turns an item's bytes into the model and back. Generated code registers
/// one a model when its assembly loads; nothing here uses reflection.
/// </summary>
public abstract class CdcModel
{
    private protected CdcModel()
    {
    }

    /// <summary>The model's type.</summary>
    public abstract Type ClrType { get; }

    /// <summary>Table, keys, attributes and columns.</summary>
    public abstract TableSchema Schema { get; }

    /// <summary>The attribute names and what is accepted for each, in the form that the scanner reads.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public abstract AttributeTable Attributes { get; }

    /// <summary>Whether an item belongs to this model, in a table that holds several (single-table design), as far as its key's patterns have not said it. <paramref name="image"/> is a whole item.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual bool Matches(in ItemReader image) => true;

    /// <summary>The typed key as an object, without knowing the model's type; see <see cref="CdcModel{T}.ReadKey"/>.</summary>
    internal abstract object ReadKeyObject(in ItemReader keys);

    /// <summary>Whether <see cref="Matches"/> asks for an attribute, which only an image has: <c>Keys</c> alone do not say it.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual bool HasDiscriminator => false;

    /// <summary>Items are of one of several derived types: in a table with no other model, one of no known type is an error.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public virtual bool IsPolymorphic => false;

    /// <summary>Not every item of the table is one of this model.</summary>
    internal bool IsSelective => (HasDiscriminator && !IsPolymorphic) || Attributes.Patterns.Length > 0;

    /// <summary>Whether the attribute at this place in <see cref="Attributes"/> is the table's partition or sort key.</summary>
    internal bool IsKeyAttribute(int ordinal) => ordinal == Schema.PartitionKey || ordinal == Schema.SortKey || Attributes.IsPatternSource(ordinal);

    /// <summary>For generated code: makes a model known. The last registration of a type wins.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static void Register<T>(CdcModel<T> model) => Registered<T>.Model = model;

    /// <summary>The model of a type.</summary>
    /// <exception cref="InvalidOperationException">The type has no <see cref="CdcTableAttribute"/> and no <c>[CdcModel(typeof(…))]</c> names it, or the generator did not run.</exception>
    public static CdcModel<T> Get<[CdcModelType] T>()
    {
        if (Registered<T>.Model is { } model)
        {
            return model;
        }

        // The assembly that holds the model may not have run any of its code yet.
        RuntimeHelpers.RunModuleConstructor(typeof(T).Module.ModuleHandle);
        return Registered<T>.Model ?? throw new InvalidOperationException(
            $"'{typeof(T)}' is not a model. Annotate it with [CdcTable(\"…\")] and make it partial, or name it in a [CdcModel(typeof({typeof(T).Name}))] class, "
            + "in a project that references the TypedCdc package (which brings the source generator).");
    }

    private static class Registered<T>
    {
        internal static CdcModel<T>? Model;
    }
}

/// <summary>The generated code of the model <typeparamref name="T"/>.</summary>
/// <typeparam name="T">The model.</typeparam>
public abstract class CdcModel<T> : CdcModel
{
    /// <inheritdoc/>
    public sealed override Type ClrType => typeof(T);

    internal sealed override object ReadKeyObject(in ItemReader keys) => ReadKey(keys);

    /// <summary>Makes the model from a scanned item.</summary>
    /// <exception cref="CdcDecodeException">A value does not fit its member.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public abstract T Read(in ItemReader item);

    /// <summary>Makes the typed key (a boxed <c>T.Key</c>) from a scanned <c>Keys</c> map, where only the keys are there.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public abstract object ReadKey(in ItemReader keys);

    /// <summary>Writes the model as an item in DynamoDB JSON: <c>{"userid":{"N":"8"},…}</c>, the inverse of <see cref="Read"/>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public abstract void Write(Utf8JsonWriter writer, T value);
}
