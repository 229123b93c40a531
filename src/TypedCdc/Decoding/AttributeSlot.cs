using System.ComponentModel;
using TypedCdc.Decoding.Kernels;

namespace TypedCdc.Decoding;

/// <summary>
/// Where one attribute's value stands in the record, as the scanner found it: absolute offsets, so that nothing is copied and an
/// error can be traced back to its attribute path.
/// For S, N and B the slice is what stands between the value's quotes; for the others it is the whole JSON value (<c>true</c>, <c>[…]</c>, <c>{…}</c>).
/// <c>default</c> means absent.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct AttributeSlot
{
    private readonly int _start;
    private readonly int _length;
    private readonly AttributeKind _kind;
    private readonly bool _isPlain;
    private readonly NumberForm _form;

    internal AttributeSlot(AttributeKind kind, int start, int length, bool isPlain, NumberForm form = NumberForm.Unknown)
    {
        _kind = kind;
        _start = start;
        _length = length;
        _isPlain = isPlain;
        _form = form;
    }

    internal AttributeKind Kind => _kind;

    internal int Start => _start;

    internal int Length => _length;

    /// <summary>The slice is ASCII without escapes, so that its bytes are its characters.</summary>
    internal bool IsPlain => _isPlain;

    /// <summary>How an N is spelled, where the scanner saw that it is short; only speed depends on it.</summary>
    internal NumberForm Form => _form;
}
