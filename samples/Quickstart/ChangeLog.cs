using System.Globalization;
using System.Text;

namespace Quickstart;

/// <summary>Prints changes, one line each, in colour where the terminal shows it (and NO_COLOR is not set).</summary>
public sealed class ChangeLog
{
    private readonly bool _colour = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private readonly Lock _lock = new();

    public void Insert(string item, params ReadOnlySpan<(string Name, object? Value)> values) => Write("INSERT", Green, item, Describe(values));

    public void Remove(string item, string? remark) => Write("REMOVE", Red, item, remark);

    public void Modify(string item, params ReadOnlySpan<(string Name, bool Changed, object? Before, object? After)> values)
    {
        var text = new StringBuilder();
        foreach (var (name, changed, before, after) in values)
        {
            if (changed)
            {
                text.Append(text.Length == 0 ? "" : ", ").Append(name).Append(' ')
                    .Append(Paint(Red, Text(before))).Append(" → ").Append(Paint(Green, Text(after)));
            }
        }

        Write("MODIFY", Yellow, item, text.Length == 0 ? "(no mapped attribute changed)" : text.ToString());
    }

    private const string Red = "31", Green = "32", Yellow = "33";

    private static string Describe(ReadOnlySpan<(string Name, object? Value)> values)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in values)
        {
            if (value is not null)
            {
                text.Append(text.Length == 0 ? "" : ", ").Append(name).Append(' ').Append(Text(value));
            }
        }

        return text.ToString();
    }

    private static string Text(object? value) => value is null ? "(none)" : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private string Paint(string colour, string text) => _colour ? $"\e[{colour}m{text}\e[0m" : text;

    private void Write(string operation, string colour, string item, string? rest)
    {
        lock (_lock)
        {
            Console.Out.WriteLine(string.IsNullOrEmpty(rest) ? $"{Paint(colour, operation)} {item}" : $"{Paint(colour, operation)} {item}: {rest}");
        }
    }
}
