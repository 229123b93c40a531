namespace TypedCdc.Services;

/// <summary>
/// A test that needs real services. Where one is not installed it fails under CI and under <c>tests/run.sh</c>; a plain <c>dotnet test</c> skips it and says what
/// is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServiceFactAttribute : Xunit.FactAttribute
{
    /// <summary>Names what the test needs.</summary>
    public ServiceFactAttribute(params ServiceKind[] needs)
    {
        Needs = needs;
        if (!Installed.IsRequired && needs.Select(Installed.WhyMissing).FirstOrDefault(why => why is not null) is { } missing)
            Skip = missing;
    }

    /// <summary>What the test needs.</summary>
    public IReadOnlyList<ServiceKind> Needs { get; }
}
