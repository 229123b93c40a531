namespace TypedCdc;

/// <summary>What a relational sink does with a value that its column cannot hold exactly. It never cuts or rounds one.</summary>
public enum UnfitValue
{
    /// <summary>The record is refused and goes to the dead letters with the reason; its neighbours are written.</summary>
    Fail,

    /// <summary>The column becomes NULL; it is counted (<c>cdc.sink.unfit</c>), and said once a column.</summary>
    NullAndReport,

    /// <summary>The column becomes NULL and the value goes, as DynamoDB JSON, to the model's overflow column.</summary>
    ToOverflow,
}
