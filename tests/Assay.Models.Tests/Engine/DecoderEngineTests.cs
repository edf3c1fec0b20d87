using Assay.Models.Engine;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Engine;

public sealed class DecoderEngineTests
{
    [Theory]
    [InlineData(FrozenFormat.Fp32, 1e-5)]
    [InlineData(FrozenFormat.Bf16, 1e-2)]
    [InlineData(FrozenFormat.Int8, 4e-2)]
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

    [Theory]
    [InlineData(FrozenFormat.Bf16, false)]
    [InlineData(FrozenFormat.Nf4, false)]
    [InlineData(FrozenFormat.Bf16, true)]
    public void Residuals_that_are_added_up_again_between_kept_ones_give_the_same_gradients(FrozenFormat format, bool postNorms)
    {
        using var scope = NewDisposeScope();
        string config = postNorms
            ? SelfTestModel.Llama.Replace("\"llama\"", "\"gemma2\",\"head_dim\":32,\"query_pre_attn_scalar\":32,\"sliding_window\":16,\"attn_logit_softcapping\":50,\"final_logit_softcapping\":30,\"hidden_activation\":\"gelu_pytorch_tanh\"", StringComparison.Ordinal)
            : SelfTestModel.Llama;
        var plan = TinyModel.Plan(config.Replace("\"num_hidden_layers\":3", "\"num_hidden_layers\":11", StringComparison.Ordinal));
        using var model = ReferenceModel.Initialise(plan, 3);
        using var adapter = SelfTestModel.Adapter(plan);
        var tokens = SelfTestModel.Tokens(plan.Vocab, 37, 20, 51);
        using var weights = FrozenWeights.From(model, format, adapter);
        using var exact = format is FrozenFormat.Nf4 ? FrozenWeights.From(model, FrozenFormat.Nf4Fp32, adapter) : FrozenWeights.From(model, FrozenFormat.Fp32, adapter);
        using (var kept = new DecoderEngine(exact, adapter))
        {
            kept.Accumulate(tokens, 1.0 / tokens.Supervised, null);
            var expected = kept.Parameters.Select(parameter => parameter.Gradient.clone()).ToList();
            using var engine = new DecoderEngine(weights, adapter);
            engine.Accumulate(tokens, 1.0 / tokens.Supervised, null);

            // fp32 keeps every residual. Rounding to bf16 over eleven blocks explains one or two hundredths; a wrong residual gives tenths.
            double error = SelfTestModel.RelativeError(engine.Parameters.Select(parameter => parameter.Gradient), expected);
            Assert.True(error <= 0.03, $"the gradients' relative error is {error}");
        }
    }

    [Fact]
    public void Dropout_masks_are_those_of_the_reference_path_and_change_with_the_step()
    {
        using var scope = NewDisposeScope();
        var plan = TinyModel.Plan(SelfTestModel.Llama);
        using var model = ReferenceModel.Initialise(plan, 3);
        using var adapter = SelfTestModel.Adapter(plan, dropout: 0.3);
        var tokens = SelfTestModel.Tokens(plan.Vocab, 43);
        var (loss, expected) = SelfTestModel.Reference(model, adapter, tokens, 1.0 / tokens.Supervised, dropoutStep: 6);

        using var weights = FrozenWeights.From(model, FrozenFormat.Fp32, adapter);
        using var engine = new DecoderEngine(weights, adapter);

        Assert.Equal(loss, engine.Accumulate(tokens, 1.0 / tokens.Supervised, 6), loss * 1e-6);
        double error = SelfTestModel.RelativeError(engine.Parameters.Select(parameter => parameter.Gradient), expected);
        Assert.True(error <= 1e-5, $"the gradients' relative error is {error}");
        Assert.NotEqual(loss, engine.Accumulate(tokens, 1, 7), loss * 1e-6);
        Assert.NotEqual(loss, engine.Losses(tokens).Sum(), loss * 1e-6);
    }

    [Theory]
    [InlineData(FrozenFormat.Fp32, 2e-6)]
    [InlineData(FrozenFormat.Bf16, 1e-2)]
    public void A_bin_gives_the_losses_and_gradients_of_its_sequences_alone(FrozenFormat format, double limit)
    {
        using var scope = NewDisposeScope();
        var plan = TinyModel.Plan(SelfTestModel.Llama);
        using var adapter = SelfTestModel.Adapter(plan);
        using var weights = FrozenWeights.Random(plan, 4, format, adapter);
        using var engine = new DecoderEngine(weights, adapter);
        var bin = SelfTestModel.Tokens(plan.Vocab, 30, 1, 17, 64);
        double[] together = engine.Losses(bin);
        engine.Accumulate(bin, 0.5, null);
        var gradients = engine.Parameters.Select(parameter => parameter.Gradient.clone()).ToList();
        engine.ZeroGradients();

        var alone = new List<double>();
        int first = 0;
        foreach (int length in bin.Segments)
        {
            var part = new PackedTokens(bin.Ids[first..(first + length)], bin.Positions[first..(first + length)], [length], bin.Targets[first..(first + length)]);
            alone.AddRange(engine.Losses(part));
            engine.Accumulate(part, 0.5, null);
            first += length;
        }

        Assert.Equal(bin.Supervised, alone.Count);
        Assert.All(together.Zip(alone), pair => Assert.Equal(pair.First, pair.Second, limit * 10));
        double error = SelfTestModel.RelativeError(gradients, engine.Parameters.Select(parameter => parameter.Gradient));
        Assert.True(error <= limit, $"the gradients' relative difference is {error}");
    }

    [Theory]
    [InlineData(FrozenFormat.Fp32)]
    [InlineData(FrozenFormat.Bf16)]
    [InlineData(FrozenFormat.Nf4)]
    [InlineData(FrozenFormat.Int8)]
    public void Gradients_are_the_same_bits_in_every_run_and_for_any_number_of_threads(FrozenFormat format)
    {
        using var scope = NewDisposeScope();
        var plan = TinyModel.Plan(SelfTestModel.Llama);
        int threads = get_num_threads();
        byte[] Run(int count)
        {
            set_num_threads(count);
            using var adapter = SelfTestModel.Adapter(plan);
            using var weights = FrozenWeights.Random(plan, 4, format, adapter);
            using var engine = new DecoderEngine(weights, adapter);
            engine.Accumulate(SelfTestModel.Tokens(plan.Vocab, 130, 70, 9), 0.01, null);
            return [.. engine.Parameters.SelectMany(parameter => parameter.Gradient.contiguous().bytes.ToArray())];
        }

        try
        {
            byte[] one = Run(1);
            Assert.Contains(one, value => value != 0);
            Assert.Equal(one, Run(1));
            Assert.Equal(one, Run(2));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void Buffers_stop_growing_once_the_longest_bin_was_seen()
    {
        using var scope = NewDisposeScope();
        var plan = TinyModel.Plan(SelfTestModel.Llama);
        using var adapter = SelfTestModel.Adapter(plan);
        using var weights = FrozenWeights.Random(plan, 4, FrozenFormat.Bf16, adapter);
        using var engine = new DecoderEngine(weights, adapter);
        engine.Accumulate(SelfTestModel.Tokens(plan.Vocab, 150, 20), 1, null);
        long bytes = engine.BufferBytes;

        engine.Accumulate(SelfTestModel.Tokens(plan.Vocab, 40, 30, 20), 1, null);
        engine.Accumulate(SelfTestModel.Tokens(plan.Vocab, 150, 20), 1, null);

        Assert.Equal(bytes, engine.BufferBytes);
    }

    [Theory]
    [InlineData(FrozenFormat.Nf4Fp32, 1e-5)]
    [InlineData(FrozenFormat.Nf4, 1e-2)]
    public void An_NF4_base_gives_the_gradients_of_its_expanded_weights(FrozenFormat format, double limit)
    {
        using var scope = NewDisposeScope();
        var plan = TinyModel.Plan(SelfTestModel.Llama);
        using var model = ReferenceModel.Initialise(plan, 3);
        using var adapter = SelfTestModel.Adapter(plan);
        using var weights = FrozenWeights.From(model, format, adapter);
        using var engine = new DecoderEngine(weights, adapter);
        foreach (var weight in plan.Linears.SelectMany(linear => linear.Weights))
        {
            var value = model.Parameters[weight.Name];
            value.copy_(Nf4Weights.ToFloat32(Nf4Weights.Quantise(value, weight), weight));
        }

        var tokens = SelfTestModel.Tokens(plan.Vocab, 37, 51);
        var (loss, expected) = SelfTestModel.Reference(model, adapter, tokens, 1.0 / tokens.Supervised);

        Assert.Equal(loss, engine.Accumulate(tokens, 1.0 / tokens.Supervised, null), loss * (format is FrozenFormat.Nf4Fp32 ? 1e-6 : 1e-3));
        double error = SelfTestModel.RelativeError(engine.Parameters.Select(parameter => parameter.Gradient), expected);
        Assert.True(error <= limit, $"the gradients' relative error is {error}");
    }

    [Fact]
    public void Tokens_that_no_model_made_are_refused()
    {
        var plan = TinyModel.Plan(SelfTestModel.Llama);
        using var weights = FrozenWeights.Random(plan, 4, FrozenFormat.Fp32, null);
        using var engine = new DecoderEngine(weights, null);

        Assert.Throws<ArgumentException>(() => engine.Losses(new PackedTokens([5, 1000], [0, 1], [2], [-100, -100])));
        Assert.Throws<ArgumentException>(() => engine.Losses(new PackedTokens([5, 6], [0, -1], [2], [-100, -100])));
        Assert.Throws<ArgumentException>(() => engine.Losses(new PackedTokens([5, 6], [0, 1], [1], [-100, -100])));
        Assert.Throws<ArgumentException>(() => engine.Losses(new PackedTokens([5, 6], [0, 1], [2, 0], [-100, -100])));
        Assert.Throws<ArgumentException>(() => engine.Losses(new PackedTokens([5, 6], [0, 1], [2], [-7, -100])));
        Assert.Throws<ArgumentException>(() => engine.Losses(new PackedTokens([], [], [], [])));
        Assert.Empty(engine.Losses(new PackedTokens([5, 6], [0, 1], [2], [-100, -100])));
    }

    [Fact]
    public void An_adapter_that_does_not_fit_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        var plan = TinyModel.Plan(SelfTestModel.Llama);
        using var adapter = SelfTestModel.Adapter(plan);
        using var without = FrozenWeights.Random(plan, 4, FrozenFormat.Fp32, null);
        using var deeper = SelfTestModel.Adapter(TinyModel.Plan(SelfTestModel.Llama.Replace("\"num_hidden_layers\":3", "\"num_hidden_layers\":4", StringComparison.Ordinal)));

        Assert.Contains("columns", Assert.Throws<ArgumentException>(() => new DecoderEngine(without, adapter)).Message, StringComparison.Ordinal);
        Assert.Contains("model.layers.3.", Assert.Throws<NotSupportedException>(() => new DecoderEngine(without, deeper)).Message, StringComparison.Ordinal);
        Assert.Null(DecoderEngine.Unsupported(plan, adapter));
    }
}
