using Assay.Models.Engine;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Engine;

public sealed class DecoderEngineTests
{
    [Theory]
    [InlineData(FrozenFormat.Fp32, 1e-5)]
    [InlineData(FrozenFormat.Bf16, 1e-2)]
    public void Gradients_agree_with_autograd(FrozenFormat format, double limit)
    {
        using var scope = NewDisposeScope();
        var plan = TinyModel.Plan(SelfTestModel.Llama);
        using var model = ReferenceModel.Initialise(plan, 3);
        using var adapter = SelfTestModel.Adapter(plan);
        var tokens = SelfTestModel.Tokens(plan.Vocab, 37, 20, 51);
        var (loss, expected) = SelfTestModel.Reference(model, adapter, tokens, 1.0 / tokens.Supervised);

        using var weights = FrozenWeights.From(model, format, adapter);
        using var engine = new DecoderEngine(weights, adapter);
        double own = engine.Accumulate(tokens, 1.0 / tokens.Supervised, null);

        Assert.Equal(loss, own, loss * (format is FrozenFormat.Fp32 ? 1e-6 : 1e-3));
        double error = SelfTestModel.RelativeError(engine.Parameters.Select(parameter => parameter.Gradient), expected);
        Assert.True(error <= limit, $"the gradients' relative error is {error}");
    }
}
