namespace Assay.Models.Training;

/// <summary>Learning rate by step. No step has rate 0.</summary>
/// <param name="Kind">Shape after the warm-up.</param>
/// <param name="WarmupSteps">w: steps over which the rate rises linearly, 0 or more.</param>
public sealed record LearningRateSchedule(ScheduleKind Kind, int WarmupSteps)
{
    /// <summary>Share of the peak rate at a step.</summary>
    /// <param name="step">k, from 1 to <paramref name="steps"/>.</param>
    /// <param name="steps">n.</param>
    /// <returns>Above 0, at most 1.</returns>
    public double Factor(int step, int steps)
    {
        if (Kind is ScheduleKind.Constant)
        {
            return 1;
        }

        if (step <= WarmupSteps)
        {
            return (double)step / WarmupSteps;
        }

        double left = steps + 1 - WarmupSteps;
        return Kind is ScheduleKind.Linear
            ? (steps + 1 - step) / left
            : 0.5 * (1 + Math.Cos(Math.PI * (step - WarmupSteps) / left));
    }
}
