namespace TypedCdc.Generators.Model;

/// <summary>What generated code uses of the AWS SDK, where the project references it.</summary>
internal static class AwsSdk
{
    public const string AttributeValue = "Amazon.DynamoDBv2.Model.AttributeValue";
}
