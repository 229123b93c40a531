namespace TypedCdc;

/// <summary>How one model's table is kept.</summary>
/// <typeparam name="T">The model.</typeparam>
public sealed class TableOptions<T>
{
    internal TableOptions()
    {
    }

    internal Dictionary<int, UnfitValue> Unfit { get; } = [];

    internal bool GoesBack { get; private set; }

    /// <summary>What happens to values of columns for which neither <see cref="WhenUnfit"/> nor the model's <see cref="CdcColumnAttribute.OnUnfit"/> says it. The default value is <see cref="UnfitValue.Fail"/>.</summary>
    public UnfitValue OnUnfit { get; set; }

    /// <summary>What happens to a value of one attribute that its column cannot hold. Keys always fail: a row without its key is none.</summary>
    public TableOptions<T> WhenUnfit(AttributeName<T> attribute, UnfitValue action)
    {
        Unfit[attribute.Ordinal] = action;
        return this;
    }

    /// <summary>
    /// Lets this model write a table that a newer revision of it has written, which otherwise stops the sink at its start. For going back to an older deployment;
    /// to be taken out afterwards.
    /// </summary>
    public TableOptions<T> GoBackToThisModel()
    {
        GoesBack = true;
        return this;
    }
}
