namespace TypedCdc.Packages.Tests;

/// <summary>Packs once for all tests, which then run one after the other: each builds a project.</summary>
[CollectionDefinition(Name)]
public sealed class PackagesCollection : ICollectionFixture<PackageFeed>
{
    public const string Name = "packages";
}
