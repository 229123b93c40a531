namespace TypedCdc;

/// <summary>How one model's table is kept.</summary>
/// <typeparam name="T">The model.</typeparam>
public sealed class TableOptions<T>
{
    internal TableOptions()
    {
    }

    internal Dictionary<int, UnfitValue> Unfit { get; } = [];

    /// <summary>What happens to values that no column rule names. The default value is <see cref="UnfitValue.Fail"/>.</summary>
    public UnfitValue OnUnfit { get; set; }

    /// <summary>What happens to a value of one attribute that its column cannot hold. Keys always fail: a row without its key is none.</summary>
    public TableOptions<T> WhenUnfit(AttributeName<T> attribute, UnfitValue action)
    {
        Unfit[attribute.Ordinal] = action;
        return this;
    }
}
