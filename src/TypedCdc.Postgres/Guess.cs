namespace TypedCdc.Postgres;

/// <summary>
/// A guess about what a write will find, which costs a round trip where it is wrong. After each wrong one the next writes are not tried for twice as long, so that a table for which
/// it is always wrong soon goes the other way only.
/// </summary>
internal sealed class Guess
{
    private const int FirstPause = 4;
    private const int LongestPause = 1024;

    private int _pause;     // writes that are not tried after the next wrong guess; 0 after a right one
    private int _remaining; // writes that are still not tried

    /// <summary>Whether to try.</summary>
    public bool MayTry()
    {
        if (_remaining > 0)
        {
            _remaining--;
            return false;
        }

        return true;
    }

    /// <summary>The guess was right.</summary>
    public void WasRight() => _pause = 0;

    /// <summary>The guess was wrong.</summary>
    public void WasWrong()
    {
        _pause = Math.Clamp(2 * _pause, FirstPause, LongestPause);
        _remaining = _pause;
    }
}
