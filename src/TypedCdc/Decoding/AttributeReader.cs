using System.Text.Json;

namespace TypedCdc.Decoding;

/// <summary>Makes a value from one attribute value: an element of a list, a set or a map.</summary>
/// <typeparam name="T">What is made.</typeparam>
/// <param name="value">The attribute value in place.</param>
public delegate T AttributeReader<out T>(AttributeValueReader value);

/// <summary>Writes a value as one attribute value: an element of a list, a set or a map.</summary>
/// <typeparam name="T">What is written.</typeparam>
/// <param name="writer">Where to.</param>
/// <param name="value">The value.</param>
public delegate void AttributeWriter<in T>(Utf8JsonWriter writer, T value);
