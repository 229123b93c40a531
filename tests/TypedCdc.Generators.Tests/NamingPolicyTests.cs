using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TypedCdc.Generators.Model;
using TypedCdc.Generators.Parsing;
using Policy = TypedCdc.Generators.Parsing.NamingPolicy;

namespace TypedCdc.Generators.Tests;

public sealed class NamingPolicyTests
{
    [Theory]
    [InlineData("UserId", "userId", "user_id")]
    [InlineData("ID", "id", "id")]
    [InlineData("IPAddress", "ipAddress", "ip_address")]
    [InlineData("HTTP2Server", "httP2Server", "http2_server")]
    [InlineData("A", "a", "a")]
    [InlineData("_Private", "_Private", "_private")]
    [InlineData("Ärger", "ärger", "ärger")]
    [InlineData("TITLE", "title", "title")]
    public void Examples(string name, string camel, string snake)
    {
        Assert.Equal(name, NamingPolicies.Apply(Policy.Exact, name));
        Assert.Equal(JsonNamingPolicy.CamelCase.ConvertName(name), NamingPolicies.Apply(Policy.CamelCase, name));
        Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(name), NamingPolicies.Apply(Policy.SnakeCase, name));
        Assert.Equal(camel, NamingPolicies.Apply(Policy.CamelCase, name));
        Assert.Equal(snake, NamingPolicies.Apply(Policy.SnakeCase, name));
    }

    [Fact]
    public void Any_identifier_is_named_as_System_Text_Json_names_it()
    {
        var identifiers = Gen.Elements('a', 'b', 'Z', 'I', 'İ', 'ı', 'ß', 'Ä', '1', '9', '_', '字', 'ǅ').NonEmptyListOf().Select(static letters => string.Concat(letters)).ToArbitrary();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(7, 11),
            Prop.ForAll(identifiers, static name =>
                NamingPolicies.Apply(Policy.CamelCase, name) == JsonNamingPolicy.CamelCase.ConvertName(name)
                && NamingPolicies.Apply(Policy.SnakeCase, name) == JsonNamingPolicy.SnakeCaseLower.ConvertName(name)));
    }

    [Fact]
    public void The_generators_names_are_those_of_the_runtime()
    {
        Assert.Equal(Enum.GetNames<TypedCdc.NamingPolicy>(), Enum.GetNames<Policy>().Take(3));
        Assert.Equal(Enum.GetNames<TypedCdc.AttributeKind>(), Enum.GetNames<AttributeKinds>());
        Assert.Equal(Enum.GetNames<TypedCdc.Schema.ColumnType>(), Enum.GetNames<TypedCdc.Sql.Schema.SqlColumnType>());
    }
}
