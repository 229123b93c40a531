using Amazon;
using Amazon.Runtime;

namespace TypedCdc.Kinesis.Api;

/// <summary>
/// What <c>FromKinesis</c> was given, taken apart. Its text may carry credentials, so nothing of it but the stream's name is ever shown.
/// </summary>
/// <param name="Stream">The stream as requests name it: a name or an ARN.</param>
/// <param name="Name">The stream's name.</param>
/// <param name="Region">The region; null where the address does not say.</param>
/// <param name="Endpoint">Where the service is; null for AWS.</param>
/// <param name="Credentials">Credentials out of the address; null where it has none.</param>
internal sealed record StreamAddress(string Stream, string Name, string? Region, Uri? Endpoint, AWSCredentials? Credentials)
{
    private const string Forms =
        "A Kinesis stream is given by its name, by its ARN (arn:aws:kinesis:REGION:ACCOUNT:stream/NAME), or by a URL: kinesis://NAME?region=REGION, or "
        + "http(s)://[KEY:SECRET@]HOST[:PORT]/NAME[?region=REGION][&session-token=TOKEN] for a service that is not AWS.";

    /// <exception cref="ArgumentException">It is none of the three forms. The message does not repeat it.</exception>
    internal static StreamAddress Parse(string nameOrArnOrUrl)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrArnOrUrl);
        if (nameOrArnOrUrl.StartsWith("arn:", StringComparison.Ordinal))
        {
            var parts = nameOrArnOrUrl.Split(':', 6);
            const string Resource = "stream/";
            return parts.Length == 6 && parts[2] == "kinesis" && parts[3].Length > 0 && parts[5].StartsWith(Resource, StringComparison.Ordinal) && IsName(parts[5][Resource.Length..])
                ? new(nameOrArnOrUrl, parts[5][Resource.Length..], parts[3], null, null)
                : throw new ArgumentException(Forms, nameof(nameOrArnOrUrl));
        }

        if (IsName(nameOrArnOrUrl))
        {
            return new(nameOrArnOrUrl, nameOrArnOrUrl, null, null, null);
        }

        if (!Uri.TryCreate(nameOrArnOrUrl, UriKind.Absolute, out var url) || url.Scheme is not ("kinesis" or "http" or "https"))
        {
            throw new ArgumentException(Forms, nameof(nameOrArnOrUrl));
        }

        var isAws = url.Scheme == "kinesis";
        // The host of a URI is lower-cased; a stream's name is not.
        var name = isAws ? url.OriginalString["kinesis://".Length..].Split('?', '/')[0].Split('@')[^1] : Uri.UnescapeDataString(url.AbsolutePath.Trim('/'));
        var settings = Query(url);
        var user = url.UserInfo.Split(':', 2);
        var credentials = url.UserInfo.Length == 0 ? null
            : user.Length != 2 ? throw new ArgumentException(Forms, nameof(nameOrArnOrUrl))
            : Credentials(Uri.UnescapeDataString(user[0]), Uri.UnescapeDataString(user[1]), settings.GetValueOrDefault("session-token"));
        if (!IsName(name) || settings.Keys.Any(key => key is not ("region" or "session-token")))
        {
            throw new ArgumentException(Forms, nameof(nameOrArnOrUrl));
        }

        var endpoint = isAws ? null : new Uri(url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        return new(name, name, settings.GetValueOrDefault("region"), endpoint, credentials);

        static AWSCredentials Credentials(string key, string secret, string? token) =>
            token is null ? new BasicAWSCredentials(key, secret) : new SessionAWSCredentials(key, secret, token);
    }

    /// <summary>Where AWS has the service in a region.</summary>
    internal static Uri AwsEndpoint(RegionEndpoint region) => new($"https://kinesis.{region.SystemName}.{region.PartitionDnsSuffix}/");

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static bool IsName(string text) => text.Length is > 0 and <= 128 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-');

    private static Dictionary<string, string> Query(Uri url) =>
        url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2))
            .GroupBy(pair => pair[0], StringComparer.Ordinal)
            .ToDictionary(pairs => pairs.Key, pairs => Uri.UnescapeDataString(pairs.Last().ElementAtOrDefault(1) ?? ""), StringComparer.Ordinal);
}
