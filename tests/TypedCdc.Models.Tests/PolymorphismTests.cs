// Items and maps of derived types, in both directions.
using System.Text;
using TypedCdc.Models.Tests.Harness;
using TypedCdc.Models.Tests.Models.Zoo;

namespace TypedCdc.Models.Tests;

public sealed class PolymorphismTests
{
    [Theory]
    [InlineData("""{"type":{"S":"dog"},"id":{"N":"1"},"name":{"S":"Rex"},"places":{"L":[]},"breed":{"S":"Pug"},"age":{"N":"3"}}""", typeof(Dog))]
    [InlineData("""{"type":{"S":"cat"},"id":{"N":"2"},"places":{"L":[]},"breed":{"S":"Manx"},"lives":{"N":"9"}}""", typeof(Cat))]
    public void An_item_is_of_the_type_that_it_says_and_is_written_so(string item, Type type)
    {
        var animal = Items.Decode<Animal>(item);
        Assert.IsType(type, animal);
        Assert.Equal(Items.Decode<Animal>(item) with { Places = animal.Places }, animal);
        Assert.Equal(Sorted(item), Sorted(Items.Encode(animal)));
    }

    [Fact]
    public void Members_of_derived_types_are_read_as_anywhere_else()
    {
        var dog = (Dog)Items.Decode<Animal>("""{"id":{"N":"1"},"breed":{"S":"Pug"},"type":{"S":"do\u0067"},"lives":{"S":"no number, but no dog's either"}}""".Replace(",\"lives\":{\"S\":\"no number, but no dog's either\"}", "", StringComparison.Ordinal));
        Assert.Equal(("Pug", 7), (dog.Breed, dog.Age)); // the member keeps its initializer
        Assert.Equal("breed", Items.Refuse<Animal>("""{"id":{"N":"1"},"type":{"S":"dog"}}""").AttributePath);
        Assert.Equal("age", Items.Refuse<Animal>("""{"id":{"N":"1"},"breed":{"S":"Pug"},"type":{"S":"dog"},"age":{"S":"x"}}""").AttributePath);
    }

    [Fact]
    public void An_unknown_type_is_an_error_that_names_the_attribute()
    {
        Assert.Equal("type", Items.Refuse<Animal>("""{"id":{"N":"1"},"type":{"S":"fish"},"breed":{"S":"x"}}""").AttributePath);
        Assert.Equal("type", Items.Refuse<Animal>("""{"id":{"N":"1"},"breed":{"S":"x"}}""").AttributePath);
        Assert.Equal("type", Items.Refuse<Animal>("""{"id":{"N":"1"},"type":{"N":"1"},"breed":{"S":"x"}}""").AttributePath);
    }

    [Fact]
    public void Maps_of_derived_types_in_members_lists_and_each_other()
    {
        var dog = new Dog
        {
            Id = 1,
            Breed = "Pug",
            Home = new Kennel { City = "Rome", Inner = new House { Rooms = 3 } },
            Places = [new House { City = "Oslo", Rooms = 2 }, new Place { City = "Bern" }, new Kennel()],
        };
        var item = Items.Encode<Animal>(dog);
        Assert.Contains("\"home\":{\"M\":{\"kind\":{\"S\":\"Kennel\"}", item, StringComparison.Ordinal);
        var back = (Dog)Items.Decode<Animal>(item);
        Assert.Equal(dog.Home, back.Home);
        Assert.Equal(dog.Places, back.Places);
        Assert.Equal(item, Items.Encode<Animal>(back));
        Assert.Equal(typeof(Place), Items.Decode<Animal>("""{"id":{"N":"1"},"type":{"S":"dog"},"breed":{"S":"x"},"home":{"M":{"kind":{"S":"boat"},"city":{"S":"Graz"}}}}""").Home!.GetType());
    }

    [Fact]
    public void A_type_that_the_model_does_not_know_is_not_written_as_its_base() =>
        Assert.Contains(nameof(Puppy), Assert.Throws<ArgumentException>(() => Items.Encode<Animal>(new Puppy { Id = 1 })).Message, StringComparison.Ordinal);

    [Fact]
    public void Key_schema_and_view_are_those_of_all_types()
    {
        var record = Encoding.UTF8.GetBytes("""{"eventName":"REMOVE","tableName":"animals","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"id":{"N":"5"}},"OldImage":{"id":{"N":"5"},"type":{"S":"cat"},"breed":{"S":"Manx"},"lives":{"N":"9"}}}}""");
        var removed = (Removed<Animal>)CdcRecord.Decode<Animal>(record);
        Assert.Equal(new(5), removed.Key);
        Assert.Equal(9, Assert.IsType<Cat>(removed.Before).Lives);
        var view = CdcRecord.View<Animal.View>(record).Before;
        Assert.True(view.Type.Equals("cat"u8));
        Assert.Equal((9, 0), (view.Lives, view.Age));
        Assert.Equal(["age", "breed", "home", "id", "lives", "name", "places", "type"], Animal.Schema.Attributes.Select(static one => one.ColumnName).Order(StringComparer.Ordinal));
        Assert.Equal(["id", "type"], Animal.Schema.Attributes.Where(static one => one.IsRequired && one.Name != "breed").Select(static one => one.Name).Order(StringComparer.Ordinal));
    }

    private static string Sorted(string item)
    {
        using var json = System.Text.Json.JsonDocument.Parse(item);
        return string.Join(',', json.RootElement.EnumerateObject().OrderBy(static one => one.Name, StringComparer.Ordinal).Select(static one => one.ToString()));
    }

    private sealed record Puppy : Animal;

    [Fact]
    public void Dictionaries_of_derived_types_and_implementations_of_an_interface()
    {
        const string Json = """
            {"Id":{"S":"a"},"Places":{"M":{"x":{"M":{"kind":{"S":"house"},"rooms":{"N":"3"}}}}},"Beds":{"L":[{"M":{"$type":{"S":"circle"},"radius":{"N":"1.5"}}},{"M":{"$type":{"S":"square"},"side":{"N":"2"}}}]}}
            """;
        var park = Items.Decode<Park>(Json);
        Assert.Equal(3, Assert.IsType<House>(park.Places["x"]).Rooms);
        Assert.Equal([new Circle(1.5), new Square(2)], park.Beds);
        var again = Park.FromItem(park.ToItem());
        Assert.Equal(park.Beds, again.Beds);
        Assert.Equal(park.Places["x"], again.Places["x"]);
    }
}
