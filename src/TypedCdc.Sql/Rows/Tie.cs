namespace TypedCdc.Sql.Rows;

/// <summary>One of several changes of an item at the same time: from which image to which.</summary>
/// <param name="Old">The old image's <see cref="ImageHash"/>; <see cref="Unknown"/> where it is not known.</param>
/// <param name="New">The new image's.</param>
internal readonly record struct Tie(long Old, long New)
{
    /// <summary>Stands for an old image that the record does not carry. <see cref="New"/> then is a number of the change's own.</summary>
    public const long Unknown = long.MinValue;

    /// <summary>
    /// The last of changes that happened at the same time, as far as their images tell: where each leads from one image to the next, and all of them make one way from
    /// a first image to another one, the last is the one that leads to its end. What is found depends on the set of changes alone, not on the order in which they came:
    /// otherwise two replays could leave two states.
    /// </summary>
    /// <param name="changes">The different changes, in the stream's order.</param>
    /// <returns>Its index; the last in the stream's order where the images do not tell.</returns>
    public static int FindLast(ReadOnlySpan<Tie> changes)
    {
        var last = changes.Length - 1;
        var images = new List<long>(2 * changes.Length);
        foreach (var change in changes)
        {
            if (change.Old == Unknown)
            {
                return last;
            }

            Add(images, change.Old);
            Add(images, change.New);
        }

        // Of a way through all changes: it leaves its first image once more than it comes there, and comes to its last once more than it leaves.
        Span<int> surplus = stackalloc int[Math.Min(images.Count, 128)];
        Span<int> groups = stackalloc int[Math.Min(images.Count, 128)];
        if (surplus.Length < images.Count)
        {
            return last;
        }

        surplus.Clear();
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i] = i;
        }

        foreach (var change in changes)
        {
            var from = images.IndexOf(change.Old);
            var to = images.IndexOf(change.New);
            surplus[from]--;
            surplus[to]++;
            Join(groups, from, to);
        }

        var end = -1;
        var ends = 0;
        for (var i = 0; i < surplus.Length; i++)
        {
            if (surplus[i] > 1 || groups[i] != groups[0])
            {
                return last;
            }

            if (surplus[i] == 1)
            {
                end = i;
                ends++;
            }
        }

        if (ends != 1)
        {
            return last;
        }

        for (var i = last; i >= 0; i--)
        {
            if (changes[i].New == images[end] && changes[i].Old != images[end])
            {
                return i;
            }
        }

        return last;
    }

    private static void Add(List<long> images, long image)
    {
        if (!images.Contains(image))
        {
            images.Add(image);
        }
    }

    private static void Join(Span<int> groups, int left, int right)
    {
        var (kept, lost) = (groups[left], groups[right]);
        groups.Replace(lost, kept);
    }
}
