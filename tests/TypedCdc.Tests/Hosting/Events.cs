using System.Globalization;

namespace TypedCdc.Tests.Hosting;

/// <summary>Change records of the customers' table, as text.</summary>
internal static class Events
{
    internal static string Insert(long user, string name, string table = "hubert_dynamocdc") => Record("INSERT", user, $"\"NewImage\":{Item(user, name)},", table);

    internal static string Modify(long user, string before, string after) =>
        Record("MODIFY", user, $"\"NewImage\":{Item(user, after)},\"OldImage\":{Item(user, before)},", "hubert_dynamocdc");

    internal static string Remove(long user, string name) => Record("REMOVE", user, $"\"OldImage\":{Item(user, name)},", "hubert_dynamocdc");

    private static string Item(long user, string name) => string.Create(
        CultureInfo.InvariantCulture, $$$"""{"userid":{"N":"{{{user}}}"},"first_name":{"S":"{{{name}}}"},"phone":{"N":"{{{user}}}"}}""");

    private static string Record(string name, long user, string images, string table) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"awsRegion":"eu-central-1","eventID":"e","eventName":"{{{name}}}","userIdentity":null,"recordFormat":"application/json","tableName":"{{{table}}}","dynamodb":{"ApproximateCreationDateTime":1667565639982,"Keys":{"userid":{"N":"{{{user}}}"}},{{{images}}}"SizeBytes":10},"eventSource":"aws:dynamodb"}""");
}
