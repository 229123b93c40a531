using System.Runtime.InteropServices;

namespace TypedCdc.Sql;

/// <summary>Which table of a name it is: another one after it was dropped and made again, or emptied.</summary>
/// <param name="Text">Changes with the table, in a way that is the database's own.</param>
/// <param name="IsEmpty">There is no row in it: whatever was applied is gone.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TableIdentity(string Text, bool IsEmpty);
