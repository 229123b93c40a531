namespace TypedCdc.Sql;

/// <summary>A table is another one than when the reading looked at it: nothing that was applied before holds. The write was taken back, and is made again from what is known now.</summary>
internal sealed class TableChangedException() : Exception("A table, or the table cdc_watermarks, was dropped, emptied or rewritten while it was written; nothing of the write was kept.");
