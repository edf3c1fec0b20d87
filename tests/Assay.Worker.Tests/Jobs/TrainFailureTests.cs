using System.ComponentModel;
using Assay.Client.Runs;
using Assay.Worker.Jobs;

namespace Assay.Worker.Tests.Jobs;

public sealed class TrainFailureTests
{
    private static readonly RunSettings Settings = new() { BatchSize = 8, CutOff = 256 };

    [Fact]
    public void Memory_is_the_only_failure_that_asks_for_a_smaller_batch()
    {
        Assert.Contains("batch_size 4", TrainFailure.Sentence(new InsufficientMemoryException(), Settings), StringComparison.Ordinal);
        Assert.Contains("batch_size 4", TrainFailure.Sentence(new Win32Exception("DefaultCPUAllocator: can't allocate memory"), Settings), StringComparison.Ordinal);
        Assert.EndsWith("Try a shorter cut_off.", TrainFailure.Sentence(new InsufficientMemoryException(), Settings with { BatchSize = 1 }), StringComparison.Ordinal);
        Assert.All(Others, failure => Assert.DoesNotContain("batch_size", TrainFailure.Sentence(failure, Settings), StringComparison.Ordinal));
    }

    [Fact]
    public void A_full_disk_and_a_broken_calculation_fail_the_run_with_what_happened() => Assert.All(Others, failure =>
        Assert.Contains(failure.Message, TrainFailure.Sentence(failure, Settings), StringComparison.Ordinal));

    [Fact]
    public void What_nobody_expects_ends_the_worker() => Assert.Null(TrainFailure.Sentence(new KeyNotFoundException(), Settings));

    private static Exception[] Others =>
        [new IOException("No space left on device."), new UnauthorizedAccessException("Denied."), new InvalidOperationException("No graph."), new DivideByZeroException(), new Win32Exception("Shapes differ.")];
}
