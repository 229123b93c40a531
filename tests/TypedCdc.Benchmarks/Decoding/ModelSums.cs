namespace TypedCdc.Benchmarks.Decoding;

/// <summary>Reads every member of the models and of their views, in one order.</summary>
internal static class ModelSums
{
    public static void Add(ref DecodeSum sum, DecodeCustomer one)
    {
        sum.Add(one.UserId);
        sum.Add(one.FirstName);
        sum.Add(one.LastName);
        sum.Add(one.Phone ?? -1);
    }

    public static void Add(ref DecodeSum sum, in DecodeCustomer.View one)
    {
        sum.Add(one.UserId);
        Add(ref sum, one.FirstName);
        Add(ref sum, one.LastName);
        sum.Add(one.Phone ?? -1);
    }

    public static void Add(ref DecodeSum sum, LongNumberCustomer one)
    {
        sum.Add(one.UserId);
        sum.Add(one.FirstName);
        sum.Add(one.LastName);
        sum.Add(one.Phone.IsNegative ? 1 : 0);
    }

    public static void Add(ref DecodeSum sum, in LongNumberCustomer.View one)
    {
        sum.Add(one.UserId);
        Add(ref sum, one.FirstName);
        Add(ref sum, one.LastName);
        sum.Add(one.Phone.IsNegative ? 1 : 0);
    }

    public static void Add(ref DecodeSum sum, DecodeReading one)
    {
        sum.Add(one.Device);
        sum.Add(one.Timestamp);
        sum.Add(one.Humidity);
        sum.Add(one.Temperature);
    }

    public static void Add(ref DecodeSum sum, in DecodeReading.View one)
    {
        Add(ref sum, one.Device);
        Add(ref sum, one.Timestamp);
        sum.Add(one.Humidity);
        sum.Add(one.Temperature);
    }

    public static void Add(ref DecodeSum sum, DecodeItem one)
    {
        sum.Add(one.Pk);
        sum.Add(one.Sk);
        sum.Add(one.Status);
        sum.Add(one.Email);
        sum.Add(one.FullName);
        sum.Add(one.Category);
        sum.Add(one.Country);
        sum.Add(one.Currency);
        sum.Add(one.Description);
        sum.Add(one.Notes);
        sum.Add(one.ImageUrl);
        sum.Add(one.Sku);
        sum.Add(one.CreatedAt);
        sum.Add(one.UpdatedAt);
        sum.Add(one.ParentId);
        sum.Add(one.Version);
        sum.Add(one.Quantity);
        sum.Add(one.Views);
        sum.Add(one.Stock);
        sum.Add(one.Priority);
        sum.Add(one.Retries);
        sum.Add(one.ExpiresAt ?? -1);
        sum.Add(one.Price);
        sum.Add(one.Cost);
        sum.Add(one.Tax);
        sum.Add(one.Discount);
        sum.Add(one.Rating);
        sum.Add(one.Weight);
        sum.Add(one.Score);
        sum.Add(one.Margin);
        sum.Add((one.Active ? 1 : 0) + (one.Deleted ? 2 : 0) + (one.Featured ? 4 : 0));
        sum.Add(one.Address.Street);
        sum.Add(one.Address.City);
        sum.Add(one.Address.Zip);
        sum.Add(one.Address.Geo.Lat);
        sum.Add(one.Address.Geo.Lon);
        sum.Add(one.Dims.W);
        sum.Add(one.Dims.H);
        sum.Add(one.Dims.D);
        foreach (var line in one.Lines)
        {
            sum.Add(line.Sku);
            sum.Add(line.Qty);
            sum.Add(line.Price);
        }

        foreach (var state in one.History)
        {
            sum.Add(state);
        }

        // A set has no order; the sums do not depend on one.
        sum.Add(one.Tags.Sum(static tag => (long)tag.Length));
        sum.Add(one.Scores.Sum(static score => (long)score));
        sum.Add(one.Payload.AsSpan());
    }

    public static void Add(ref DecodeSum sum, in DecodeItem.View one)
    {
        Add(ref sum, one.Pk);
        Add(ref sum, one.Sk);
        Add(ref sum, one.Status);
        Add(ref sum, one.Email);
        Add(ref sum, one.FullName);
        Add(ref sum, one.Category);
        Add(ref sum, one.Country);
        Add(ref sum, one.Currency);
        Add(ref sum, one.Description);
        Add(ref sum, one.Notes);
        Add(ref sum, one.ImageUrl);
        Add(ref sum, one.Sku);
        Add(ref sum, one.CreatedAt);
        Add(ref sum, one.UpdatedAt);
        Add(ref sum, one.ParentId);
        sum.Add(one.Version);
        sum.Add(one.Quantity);
        sum.Add(one.Views);
        sum.Add(one.Stock);
        sum.Add(one.Priority);
        sum.Add(one.Retries);
        sum.Add(one.ExpiresAt ?? -1);
        sum.Add(one.Price);
        sum.Add(one.Cost);
        sum.Add(one.Tax);
        sum.Add(one.Discount);
        sum.Add(one.Rating);
        sum.Add(one.Weight);
        sum.Add(one.Score);
        sum.Add(one.Margin);
        sum.Add((one.Active ? 1 : 0) + (one.Deleted ? 2 : 0) + (one.Featured ? 4 : 0));
        AddNested(ref sum, one);
    }

    private static void AddNested(ref DecodeSum sum, in DecodeItem.View one)
    {
        var address = one.Address;
        Add(ref sum, address.Street);
        Add(ref sum, address.City);
        Add(ref sum, address.Zip);
        var geo = address.Geo;
        sum.Add(geo.Lat);
        sum.Add(geo.Lon);
        var dims = one.Dims;
        sum.Add(dims.W);
        sum.Add(dims.H);
        sum.Add(dims.D);
        foreach (var element in one.Lines.EnumerateList())
        {
            var line = element.GetView<DecodeItem.View.DecodeLineView>();
            Add(ref sum, line.Sku);
            sum.Add(line.Qty);
            sum.Add(line.Price);
        }

        foreach (var element in one.History.EnumerateList())
        {
            Add(ref sum, element.GetText());
        }

        var tags = 0L;
        foreach (var element in one.Tags.EnumerateSet())
        {
            tags += element.GetText().Raw.Length;
        }

        sum.Add(tags);
        var scores = 0L;
        foreach (var element in one.Scores.EnumerateSet())
        {
            scores += element.GetInteger<int>();
        }

        sum.Add(scores);
        Span<byte> payload = stackalloc byte[512];
        sum.Add(payload[..one.Payload.CopyBytesTo(payload)]);
    }

    private static void Add(ref DecodeSum sum, CdcText text) => sum.AddSpelled(text.Raw, text.IsNull);
}
