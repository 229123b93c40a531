using System.Text.Json;

namespace TypedCdc.Kinesis.Api;

/// <summary>
/// Reads an answer strictly: a field that is absent, null or of another type is never taken for a fact. What cannot be read is transient and names the operation and the field, never a value.
/// </summary>
internal static class JsonAnswer
{
    /// <exception cref="KinesisException">The bytes are not such an answer.</exception>
    internal static TResult Read<TResult>(string operation, ReadOnlyMemory<byte> utf8, Func<JsonElement, TResult> read)
    {
        try
        {
            using var json = JsonDocument.Parse(utf8);
            return json.RootElement.ValueKind == JsonValueKind.Object ? read(json.RootElement) : throw new FormatException("it is not an object");
        }
        catch (JsonException)
        {
            throw Unreadable(operation, "it is not JSON");
        }
        catch (FormatException exception)
        {
            throw Unreadable(operation, exception.Message); // one of those below
        }
        catch (InvalidOperationException)
        {
            throw Unreadable(operation, "it has a text that is not Unicode");
        }
    }

    internal static KinesisException Unreadable(string operation, string why) =>
        new(KinesisErrorKind.Transient, $"{operation}: the answer cannot be read: {why}.", AwsErrors.Unreadable);

    internal static JsonElement Required(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value
            : throw new FormatException($"'{name}' is missing or of another type");

    internal static string RequiredText(JsonElement element, string name) =>
        Required(element, name, JsonValueKind.String).GetString() is { Length: > 0 } text ? text : throw new FormatException($"'{name}' is empty");

    /// <summary>Null where it is absent, null or empty.</summary>
    internal static string? OptionalText(JsonElement element, string name) =>
        element.ValueKind != JsonValueKind.Object ? throw new FormatException($"what should have '{name}' is not an object")
        : !element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind != JsonValueKind.String ? throw new FormatException($"'{name}' is of another type")
        : value.GetString() is { Length: > 0 } text ? text : null;
}
