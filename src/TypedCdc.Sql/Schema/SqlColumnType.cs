// What a column holds, for the generator, which cannot reference TypedCdc.
namespace TypedCdc.Sql.Schema;

/// <summary>The same names in the same order as <c>TypedCdc.Schema.ColumnType</c>; a test compares them.</summary>
internal enum SqlColumnType : byte
{
    Text,
    Boolean,
    Int16,
    Int32,
    Int64,
    Numeric,
    Single,
    Double,
    Binary,
    Guid,
    Timestamp,
    Date,
    Time,
    Interval,
    Json,
    TextArray,
    Int64Array,
    NumericArray,
    DoubleArray,
    BinaryArray,
    Overflow,
}
