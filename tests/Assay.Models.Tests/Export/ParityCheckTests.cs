using Assay.Models.Engine.Decode;
using Assay.Models.Export;
using Assay.Models.Reference;
using Assay.Models.Tests.Families;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Export;

public sealed class ParityCheckTests : IDisposable
{
    private static readonly int[][] Prompts = [[1, 2, 3], [7], [4, 4, 4, 4, 4, 4, 9]];

    private readonly ReferenceModel tested = ReferenceModel.Initialise(TinyConfigs.Plan("llama"), 5);
    private readonly ReferenceModel exported = ReferenceModel.Initialise(TinyConfigs.Plan("llama"), 5);

    public void Dispose()
    {
        tested.Dispose();
        exported.Dispose();
    }

    [Fact]
    public void The_same_weights_agree_in_everything()
    {
        var report = Compare(ParityLimit.Full);

        Assert.True(report.Passed);
        Assert.Equal((3, 24, 0.0, 0.0, 1.0, 3), (report.Prompts, report.Tokens, report.MaxLogitDifference, report.MeanKl, report.EqualTop, report.EqualReplies));
    }

    [Theory]
    [InlineData(1e-6, true, true)]
    [InlineData(1e-2, false, true)]
    [InlineData(3.0, false, false)]
    public void A_changed_weight_passes_as_far_as_the_limit_allows(double change, bool full, bool half)
    {
        using (no_grad())
        {
            exported.Parameters[tested.Plan.FinalNorm.Name + ".weight"][0].add_(change);
        }

        var report = Compare(ParityLimit.Full);

        Assert.True(report.MaxLogitDifference > 0);
        Assert.Equal((full, half), (report.Passed, Compare(ParityLimit.Half).Passed));
        Assert.Contains("0.0001", report.Limit, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_no_numbers_do_not_pass_and_another_vocabulary_is_refused()
    {
        var other = TinyConfigs.Plan("llama", ("vocab_size", "64"));
        using var wider = ReferenceModel.Initialise(other, 5);
        using var weights = DecodeWeights.Of(tested);
        using var wrong = DecodeWeights.Of(wider);
        Assert.Throws<ArgumentException>(() => ParityCheck.Compare((weights, null), (wrong, null), Prompts, 8, ParityLimit.Half, new HashSet<int>(), CancellationToken.None));

        using (no_grad())
        {
            exported.Parameters[tested.Plan.FinalNorm.Name + ".weight"][0].fill_(double.NaN);
        }

        Assert.ThrowsAny<ArithmeticException>(() => Compare(ParityLimit.Half));
    }

    private ParityReport Compare(ParityLimit limit)
    {
        using var first = DecodeWeights.Of(tested);
        using var second = DecodeWeights.Of(exported);
        return ParityCheck.Compare((first, null), (second, null), Prompts, 8, limit, new HashSet<int>(), CancellationToken.None);
    }
}
