using System.Data.Common;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using Polly;
using TypedCdc.Sinks;

namespace TypedCdc.Delivery;

/// <summary>Tells the kinds of failure apart.</summary>
internal static class FailureClassifier
{
    internal static FailureKind Classify(Exception exception, FailureOptions options)
    {
        if (options.IsPermanent?.Invoke(exception) == true)
        {
            return FailureKind.Permanent;
        }

        if (options.IsTransient?.Invoke(exception) == true)
        {
            return FailureKind.Transient;
        }

        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case IStopsDelivery or CdcDecodeException or RejectedRecordsException or TransformException or CdcConfigurationException:
                    return FailureKind.Permanent;
                case TimeoutException or SocketException or ExecutionRejectedException or StaleLeaseException:
                case HttpRequestException { StatusCode: null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError }:
                case IOException { InnerException: SocketException }:
                case OperationCanceledException: // not ours: the shell takes its own out first; a client's time-out looks like this
                case DbException database when database.IsTransient || IsTransientState(database.SqlState):
                    return FailureKind.Transient;
            }
        }

        return FailureKind.Unclassified;
    }

    /// <summary>Whether a service does not answer, or refuses: the message says it all, and where in the code it was met says nothing.</summary>
    internal static bool IsOutage(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException or SocketException or HttpRequestException or TimeoutException)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What an exception and its causes say, in one line.</summary>
    internal static string Describe(Exception exception)
    {
        var lines = new List<string>();
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            var line = cause.Message.AsSpan().Trim();
            var end = line.IndexOfAny('\r', '\n');
            var text = (end < 0 ? line : line[..end]).TrimEnd().TrimEnd('.').ToString();
            if (text.Length > 0 && !lines.Exists(said => said.Contains(text, StringComparison.Ordinal)))
            {
                lines.Add(text);
            }
        }

        return string.Join(": ", lines) + ".";
    }

    /// <summary>
    /// SQLSTATE classes of the SQL standard and PostgreSQL (appendix A, "Error Codes"): 08 connection, 40 rollback (serialisation, deadlock),
    /// 53 insufficient resources, 57 operator intervention; and 25006, a server that is read-only until a failover ends.
    /// </summary>
    private static bool IsTransientState(string? state) =>
        state is { Length: 5 } && (state.AsSpan(0, 2) is ("08" or "40" or "53" or "57") || state is "25006");
}

internal enum FailureKind
{
    Transient,
    Permanent,
    Unclassified,
}
