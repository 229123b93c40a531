namespace TypedCdc.Services;

/// <summary>A theory that needs real services; see <see cref="ServiceFactAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServiceTheoryAttribute : Xunit.TheoryAttribute
{
    /// <summary>Names what the theory needs.</summary>
    public ServiceTheoryAttribute(params ServiceKind[] needs)
    {
        Needs = needs;
        Skip = new ServiceFactAttribute(needs).Skip;
    }

    /// <summary>What the theory needs.</summary>
    public IReadOnlyList<ServiceKind> Needs { get; }
}
