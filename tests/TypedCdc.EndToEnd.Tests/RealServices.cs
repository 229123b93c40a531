using TypedCdc.Services;

namespace TypedCdc.EndToEnd.Tests;

/// <summary>One of each service for the whole suite; each starts when the first test asks for it.</summary>
[CollectionDefinition(Name)]
public sealed class RealServices : ICollectionFixture<KinesisMock>, ICollectionFixture<DynamoDbLocal>, ICollectionFixture<PostgreSql>
{
    public const string Name = "real services";
}
