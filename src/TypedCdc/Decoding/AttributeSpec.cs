using System.ComponentModel;

namespace TypedCdc.Decoding;

/// <summary>For generated code: one attribute as the scanner needs it.</summary>
/// <param name="Name">The attribute's name in DynamoDB.</param>
/// <param name="Kinds">The kinds accepted; <see cref="AttributeKind.NULL"/> among them where the member can be null.</param>
/// <param name="IsRequired">Absent is an error.</param>
/// <param name="Expected">What an error says was expected: <c>an N that fits long</c>.</param>
/// <param name="IsKeyPart">No attribute of this name is looked for: the value is a part of the key attribute of this name, by a <see cref="KeyPattern"/>.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct AttributeSpec(string Name, AttributeKind Kinds, bool IsRequired, string Expected, bool IsKeyPart = false);
