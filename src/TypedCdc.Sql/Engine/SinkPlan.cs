using System.Text;

namespace TypedCdc.Sql.Engine;

/// <summary>
/// What has to be done for all tables of a sink. Looked at as a whole before anything is done: nothing is changed for one table when another cannot be mended, and whoever reads the plan
/// reads all of it at once.
/// </summary>
internal sealed class SinkPlan(MigrationMode mode)
{
    private readonly List<MigrationPlan> _plans = [];
    private readonly List<string> _own = [];

    /// <summary>The tables' plans, in their order.</summary>
    public IReadOnlyList<MigrationPlan> Tables => _plans;

    /// <summary>The statements for what the sink keeps for itself and for all tables, which go first.</summary>
    public IReadOnlyList<string> Own => _own;

    public void Add(MigrationPlan plan) => _plans.Add(plan);

    public void AddOwn(IEnumerable<string> statements) => _own.AddRange(statements);

    /// <summary>Looks whether the mode lets all of it run.</summary>
    /// <exception cref="SchemaDriftException">It does not.</exception>
    public void Allow()
    {
        var says = _plans.Select(plan => plan.Obstacle(mode) is { } obstacle ? plan.Says(obstacle) : null).OfType<string>().ToList();
        if (says.Count == 0 && mode == MigrationMode.Validate && _own.Count > 0)
        {
            says.Add("Tables of the sink's own are missing, or lack columns, and its MigrationMode is Validate.");
        }

        if (says.Count > 0)
        {
            throw new SchemaDriftException($"{string.Join('\n', says)}\n{this}", ToString());
        }
    }

    /// <summary>Refuses to write to tables that are not there.</summary>
    /// <param name="missing">Their names and the statements that make them.</param>
    /// <exception cref="SchemaDriftException">There are some.</exception>
    public static void RequirePresent(IReadOnlyCollection<(string Name, string Create)> missing)
    {
        if (missing.Count > 0)
        {
            var plan = string.Concat(missing.Select(static table => table.Create.TrimEnd(';', '\n') + ";\n"));
            throw new SchemaDriftException(
                $"The sink's MigrationMode is Off, and these tables are not there: {string.Join(", ", missing.Select(static table => table.Name))}. Make them, or let the sink do it.\n{plan}", plan);
        }
    }

    /// <summary>The plan, for people.</summary>
    public override string ToString()
    {
        // What stops it first: the statements of many tables are long.
        var text = new StringBuilder();
        foreach (var plan in _plans)
        {
            text.Append(plan.DriftText);
        }

        foreach (var step in _own)
        {
            text.Append(step.TrimEnd(';')).Append(";\n");
        }

        foreach (var plan in _plans)
        {
            text.Append(plan.StepsText);
        }

        return text.ToString();
    }
}
