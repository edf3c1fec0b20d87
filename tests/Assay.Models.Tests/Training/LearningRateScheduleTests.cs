using Assay.Models.Training;

namespace Assay.Models.Tests.Training;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData(ScheduleKind.Constant)]
    [InlineData(ScheduleKind.Linear)]
    [InlineData(ScheduleKind.Cosine)]
    public void No_step_has_rate_zero_and_none_exceeds_the_peak(ScheduleKind kind)
    {
        var schedule = new LearningRateSchedule(kind, 3);

        Assert.All(Enumerable.Range(1, 20), step => Assert.InRange(schedule.Factor(step, 20), 1e-9, 1));
    }

    [Fact]
    public void The_rate_rises_during_the_warm_up_and_falls_after_it()
    {
        var schedule = new LearningRateSchedule(ScheduleKind.Cosine, 4);
        double[] factors = [.. Enumerable.Range(1, 12).Select(step => schedule.Factor(step, 12))];

        Assert.Equal([0.25, 0.5, 0.75, 1], factors[..4]);
        Assert.Equal(factors[3..].OrderDescending(), factors[3..]);
    }
}
