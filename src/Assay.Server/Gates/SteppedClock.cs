namespace Assay.Server.Gates;

/// <summary>The machine's clock, set forward: days pass at once, everything else takes its time.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

    /// <summary>Goes to one minute past the next midnight UTC.</summary>
    public void NextDay()
    {
        var now = GetUtcNow();
        _ahead += now.UtcDateTime.Date.AddDays(1).AddMinutes(1) - now.UtcDateTime;
    }
}
