// The Kinesis or DynamoDB trigger of a Lambda function → typed handlers. The handlers are those of any other host.
using LambdaSample;
using Microsoft.Extensions.DependencyInjection;
using TypedCdc;

await using var function = CdcFunction.Create(services => services.AddTypedCdc(cdc => cdc.Handle<Customer, Welcome>()));
await function.RunAsync();
