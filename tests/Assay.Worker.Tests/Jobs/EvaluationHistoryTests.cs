using Assay.Worker.Jobs;

namespace Assay.Worker.Tests.Jobs;

public sealed class EvaluationHistoryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("assay-history-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_earliest_of_equal_losses_is_the_best_and_what_follows_counts_as_no_gain()
    {
        var history = EvaluationHistory.Open(folder, 0);
        foreach (var (step, loss) in (List<(int, double)>)[(10, 3.0), (20, 2.0), (30, 2.0), (40, 2.5)])
        {
            history.Add(step, loss);
        }

        Assert.Equal((20, 2), (history.Best!.Step, history.SinceBest));
    }

    [Fact]
    public void A_resumed_run_knows_what_was_measured_up_to_its_checkpoint_and_nothing_behind()
    {
        var first = EvaluationHistory.Open(folder, 0);
        first.Add(10, 3.0);
        first.Add(20, 1.0);

        var resumed = EvaluationHistory.Open(folder, 15);

        Assert.Equal((true, false, 10), (resumed.Has(10), resumed.Has(20), resumed.Best!.Step));
        resumed.Add(10, 2.0);
        Assert.Equal(2.0, EvaluationHistory.Open(folder, 15).Best!.Loss);
    }
}
