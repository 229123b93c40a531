using System.Text;
using TypedCdc.Schema;
using TypedCdc.Sql.Schema;

namespace TypedCdc.Sql.Tests.Shared;

public sealed class SqlNameTests
{
    [Theory]
    [InlineData("customers", "customers")]
    [InlineData("First-Name", "first_name")]
    [InlineData("a  b", "a_b")]
    [InlineData("a.-.b", "a_b")]
    [InlineData("a_-_b", "a___b")]
    [InlineData("9lives", "c_9lives")]
    [InlineData("_x", "c__x")]
    [InlineData("-x", "c__x")]
    [InlineData("größe", "gr_e")]
    [InlineData("日本", "c__")]
    [InlineData("\u212A", "c__")]
    [InlineData("TITLE", "title")]
    public void A_name_becomes_lower_case_letters_digits_and_underscores(string name, string expected) => Assert.Equal(expected, SqlName.FromDynamoDb(name));

    [Theory]
    [InlineData("xmin", "c_xmin")]
    [InlineData("CTID", "c_ctid")]
    [InlineData("oid", "c_oid")]
    [InlineData("xmin2", "xmin2")]
    public void A_column_does_not_take_the_name_of_a_system_column(string attribute, string expected) => Assert.Equal(expected, SqlName.OfColumn(attribute));

    [Theory]
    [InlineData("pg_class", "c_pg_class")]
    [InlineData("PG-stat", "c_pg_stat")]
    [InlineData("sqlite_master", "c_sqlite_master")]
    [InlineData("stl_query", "c_stl_query")]
    [InlineData("pgbench", "pgbench")]
    [InlineData("page_views", "page_views")]
    public void A_view_does_not_take_a_name_that_a_database_reserves(string table, string expected) => Assert.Equal(expected, SqlName.OfView(table));

    [Fact]
    public void A_quote_in_an_identifier_is_doubled() => Assert.Equal("\"a\"\"b\"", SqlName.Quote("a\"b"));

    [Fact]
    public void A_long_index_name_is_cut_by_us_and_stays_unlike_its_table()
    {
        var view = new string('x', 58);
        Assert.False(SqlName.IsTooLong(SqlName.OfTable(view)));
        var index = SqlName.OfTombstoneIndex(view);
        Assert.True(Encoding.UTF8.GetByteCount(index) <= SqlName.MaximumBytes);
        Assert.NotEqual(SqlName.OfTable(view), index);
        Assert.NotEqual(index, SqlName.OfTombstoneIndex(new string('x', 57) + "y"));
    }

    [Fact]
    public void Cutting_never_splits_a_character()
    {
        var cut = SqlName.Fit(string.Concat(Enumerable.Repeat("😀", 30)));
        Assert.True(Encoding.UTF8.GetByteCount(cut) <= SqlName.MaximumBytes);
        Assert.DoesNotContain('�', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cut)));
    }

    [Fact]
    public void The_generators_column_types_are_the_runtimes()
    {
        Assert.Equal(Enum.GetNames<ColumnType>(), Enum.GetNames<SqlColumnType>());
        Assert.Equal(Enum.GetValues<ColumnType>().Select(value => (int)value), Enum.GetValues<SqlColumnType>().Select(value => (int)value));
    }

    [Fact]
    public void Every_column_type_has_a_type_in_every_dialect()
    {
        foreach (var database in Enum.GetValues<SqlDatabase>())
        {
            Assert.All(Enum.GetValues<SqlColumnType>(), type => Assert.NotEmpty(SqlColumnTypes.Get(database, type)));
        }
    }
}
