namespace TypedCdc.Delivery;

/// <summary>
/// On an exception: this worker must not go on, whatever its failure policy says, and no record is to blame. Delivery stops, the checkpoint stays before the record, and the
/// exception comes out of <c>host.RunAsync()</c>.
/// </summary>
internal interface IStopsDelivery;
