using System.Text;

namespace TypedCdc;

/// <summary>
/// A change record is malformed, or does not fit the model. Names the table, the key, the attribute, the value's kind, what was expected and the position.
/// Attribute values are in the message only where <c>EnableSensitiveData</c> is set.
/// </summary>
public sealed class CdcDecodeException : FormatException
{
    /// <summary>Makes one with its parts; those not known are null.</summary>
    /// <param name="reason">What is wrong, in one sentence without a value.</param>
    public CdcDecodeException(string reason)
        : base(reason)
    {
        Reason = reason;
    }

    /// <summary>Makes one for a failure of the model's own code.</summary>
    /// <param name="reason">What is wrong, in one sentence without a value.</param>
    /// <param name="innerException">What was thrown.</param>
    public CdcDecodeException(string reason, Exception? innerException)
        : base(reason, innerException)
    {
        Reason = reason;
    }

    /// <summary>What is wrong, in one sentence without a value.</summary>
    public string Reason { get; }

    /// <summary>The DynamoDB table; null where the record does not say.</summary>
    public string? TableName { get; internal set; }

    /// <summary>The item's key as <c>userid=…</c>; its values only where <c>EnableSensitiveData</c> is set.</summary>
    public string? Key { get; internal set; }

    /// <summary>The path of the attribute, such as <c>address.zip</c> or <c>lines[3].price</c>; null where the record itself is malformed.</summary>
    public string? AttributePath { get; internal set; }

    /// <summary>Which image the attribute is in: <c>NewImage</c>, <c>OldImage</c> or <c>Keys</c>.</summary>
    public string? Image { get; internal set; }

    /// <summary>The kind that was found.</summary>
    public AttributeKind FoundKind { get; internal set; }

    /// <summary>What was expected: <c>an N that fits long</c>.</summary>
    public string? Expected { get; internal set; }

    /// <summary>The value as it stands in the record, cut at 256 characters; null unless <c>EnableSensitiveData</c> is set.</summary>
    public string? Value { get; internal set; }

    /// <summary>The name of the attribute that is not there, in the map at <see cref="ByteOffset"/>.</summary>
    internal string? AbsentName { get; set; }

    /// <summary>Where in the record's bytes it was found; -1 where not known.</summary>
    public int ByteOffset { get; internal set; } = -1;

    /// <summary>Where the record stands in its stream; default outside a host.</summary>
    public StreamPosition Position { get; internal set; }

    /// <inheritdoc/>
    public override string Message
    {
        get
        {
            var text = new StringBuilder(Reason);
            var separator = " (";
            Append("table", TableName);
            Append("key", Key);
            Append("image", Image);
            Append("attribute", AttributePath);
            Append("found", FoundKind == AttributeKind.None ? null : FoundKind.ToString());
            Append("expected", Expected);
            Append("value", Value);
            Append("byte", ByteOffset < 0 ? null : ByteOffset.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Append("position", Position.Shard is null ? null : Position.ToString());
            return text.Append(separator == "; " ? ")" : "").ToString();

            void Append(string name, string? value)
            {
                if (value is not null)
                {
                    text.Append(separator).Append(name).Append(": ").Append(value);
                    separator = "; ";
                }
            }
        }
    }
}
