using System.Globalization;
using System.Text;

namespace TypedCdc.Benchmarks.Decoding;

/// <summary>The run's ratios as bars, for a README.</summary>
internal sealed class DecodeChart
{
    private const int Left = 330;
    private const int Width = 860;
    private const int Bar = 16;

    private readonly List<(string Group, string Way, double Ratio)> _bars = [];

    public void Add(string shape, AttributeOrder order, string way, double ratio)
    {
        if (order == AttributeOrder.Sticky)
        {
            _bars.Add((shape, way, ratio));
        }
    }

    public string ToSvg()
    {
        var groups = _bars.GroupBy(static bar => bar.Group, StringComparer.Ordinal).ToList();
        var height = 40 + groups.Sum(static group => 34 + group.Count() * (Bar + 4));
        var scale = (Width - Left - 60) / _bars.Max(static bar => bar.Ratio);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"white\"/>\n");
        var y = 24;
        foreach (var group in groups)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"8\" y=\"{y}\" font-weight=\"bold\">Shape {group.Key}: events a second ÷ the token walk's, sticky order</text>\n");
            y += 10;
            foreach (var (_, way, ratio) in group)
            {
                var color = way.StartsWith("TypedCdc", StringComparison.Ordinal) ? "#1f6feb" : "#9aa4af";
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{y + 12}\" text-anchor=\"end\">{way}</text>");
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y}\" width=\"{Math.Max(1, ratio * scale):F0}\" height=\"{Bar}\" fill=\"{color}\"/>");
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + 4 + (ratio * scale):F0}\" y=\"{y + 12}\">{ratio:F2}</text>\n");
                y += Bar + 4;
            }

            y += 24;
        }

        return svg.Append("</svg>\n").ToString();
    }
}
