namespace Assay.Models.Training;

/// <summary>Tokens per second over the recent steps, and the time the rest will take.</summary>
internal sealed class Pace(TimeProvider clock)
{
    private const int Recent = 20;
    private readonly Queue<(long Ticks, int Tokens)> steps = new([(clock.GetTimestamp(), 0)]);

    /// <summary>Counts one step in.</summary>
    public (double TokensPerSecond, TimeSpan Left) Count(int tokens, int stepsLeft)
    {
        steps.Enqueue((clock.GetTimestamp(), tokens));
        if (steps.Count > Recent + 1)
        {
            steps.Dequeue();
        }

        var elapsed = clock.GetElapsedTime(steps.Peek().Ticks, clock.GetTimestamp());
        double seconds = Math.Max(elapsed.TotalSeconds, 1e-9);
        return (steps.Skip(1).Sum(step => step.Tokens) / seconds, elapsed / (steps.Count - 1) * stepsLeft);
    }
}
