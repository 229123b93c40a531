using System.Text.Json;
using TypedCdc.Decoding;

namespace TypedCdc;

/// <summary>Reads and writes values of a type that the generator does not know, or in another form than it would. One object serves all threads.</summary>
/// <typeparam name="T">The type.</typeparam>
public abstract class CdcConverter<T>
{
    /// <summary>Makes the value. The attribute stands in place: nothing has been copied out of it.</summary>
    /// <param name="value">The attribute value, neither absent nor NULL, of a kind that <see cref="CdcConverterAttribute.Kinds"/> names.</param>
    /// <exception cref="CdcDecodeException">The value does not fit; throw <c>value.Error("…")</c>.</exception>
    public abstract T Read(AttributeValueReader value);

    /// <summary>Writes the value as one attribute value, <c>{"S":"…"}</c>; see <see cref="AttributeValueWriter"/>.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="value">The value; never null.</param>
    public abstract void Write(Utf8JsonWriter writer, T value);
}
