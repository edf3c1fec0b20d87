using Assay.Models.Engine.Decode;
using Assay.Models.Generation;
using Assay.Models.Influence;
using Assay.Models.Reference;
using Assay.Models.Training;
using static TorchSharp.torch;
using Generator = Assay.Models.Generation.Generator;

namespace Assay.Models.Tests.Generation;

public sealed class GeneratorTests : IDisposable
{
    private const string Dynamic =
        """{"model_type":"llama","hidden_size":24,"intermediate_size":40,"num_attention_heads":4,"num_hidden_layers":2,"vocab_size":61,"max_position_embeddings":64,"tie_word_embeddings":true,"rope_scaling":{"type":"dynamic","factor":2.0}}""";

    private static readonly int[] Prompt = [3, 1, 4, 1, 5];

    private readonly ReferenceModel model = TinyModel.Create();

    public void Dispose() => model.Dispose();

    [Fact]
    public void The_cache_gives_the_logits_of_full_recomputation()
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        long[] ids = [3, 1, 4, 1, 5, 9, 2, 6];
        var whole = model.Hidden(tensor(ids, 1, 8), ForwardOptions.Default);
        using var cache = new KvCache(model.Plan, 8);
        var pieces = new[] { ids[..3], ids[3..4], ids[4..8] }
            .Select(piece => model.Hidden(tensor(piece, 1, piece.Length), new ForwardOptions { Cache = cache, FusedAttention = true })).ToList();

        Assert.True((whole - cat(pieces, 1)).abs().max().item<float>() < 1e-5);
        Assert.Throws<InvalidOperationException>(() => model.Hidden(tensor(ids, 1, 8), new ForwardOptions { Cache = cache }));
    }

    [Fact]
    public void The_same_seed_gives_the_same_reply_and_another_seed_another()
    {
        var options = new GenerateOptions { MaxTokens = 20, Temperature = 1, Seed = 1 };

        Assert.Equal(Reply(options).Ids, Reply(options).Ids);
        Assert.NotEqual(Reply(options).Ids, Reply(options with { Seed = 2 }).Ids);
    }

    [Fact]
    public void A_reply_says_why_it_ended()
    {
        Assert.Equal(StopReason.MaxTokens, Reply(new GenerateOptions { MaxTokens = 4 }).Reason);
        Assert.Equal(StopReason.ContextFull, Reply(new GenerateOptions { MaxTokens = 400 }).Reason);
        Assert.Equal(StopReason.TimeLimit, Reply(new GenerateOptions { TimeLimit = TimeSpan.Zero }).Reason);

        int first = Reply(new GenerateOptions { MaxTokens = 1, Temperature = 0 }).Ids[0];
        var ended = Generator(first).Generate(Prompt, new GenerateOptions { Temperature = 0 }, null, null, TestContext.Current.CancellationToken);
        Assert.Equal((StopReason.EndToken, 0), (ended.Reason, ended.Tokens.Count));
        Assert.Equal(2, Generator(first).Generate(Prompt, new GenerateOptions { Temperature = 0, IgnoreEnd = true, MaxTokens = 2 }, null, null, TestContext.Current.CancellationToken).Tokens.Count);

        using var cancel = new CancellationTokenSource();
        var cancelled = Generator().Generate(Prompt, new GenerateOptions(), null, token => cancel.Cancel(), cancel.Token);
        Assert.Equal((StopReason.Cancelled, 1), (cancelled.Reason, cancelled.Tokens.Count));
    }

    [Fact]
    public void Log_probabilities_of_a_reply_equal_those_found_while_drawing_it()
    {
        var reply = Reply(new GenerateOptions { MaxTokens = 12, Temperature = 1, RepetitionPenalty = 1.3 });

        using var weights = DecodeWeights.Of(model);
        double[] scored = ReplyScore.LogProbabilities(weights, null, Prompt, reply.Ids);

        Assert.Equal(reply.Tokens.Select(token => token.LogProbability), scored, (one, other) => Math.Abs(one - other) < 1e-4);
        Assert.Empty(ReplyScore.LogProbabilities(weights, null, Prompt, []));
    }

    [Fact]
    public void Adapters_are_switched_per_call_on_one_base()
    {
        var taught = new TrainingSample([20, 21, 22, 7, 33, 50, 2, 41, 18], [.. Enumerable.Repeat(true, 9)]);
        using var adapter = TinyModel.Adapter(model.Plan);
        using (var target = new ReferenceTarget(model, adapter, fusedAttention: true))
        using (var trainer = new Trainer(target, new SampleData([taught], 1, 1, 1), new TrainOptions { Steps = 60, LearningRate = 3e-2 }, TimeProvider.System))
        {
            trainer.Run(_ => { }, new TrainingControl());
        }

        var options = new GenerateOptions { MaxTokens = 6, Temperature = 0 };
        int[] before = Reply(options).Ids;
        int[] tuned = Generator().Generate([20, 21, 22], options, adapter, null, TestContext.Current.CancellationToken).Ids;

        Assert.Equal(taught.Ids[3..], tuned);
        Assert.Equal(before, Reply(options).Ids);
        using var weights = DecodeWeights.Of(model);
        using var attached = new DecodeAdapter(weights, adapter);
        Assert.InRange(Phi.Measure(weights, attached, [20, 21, 22], tuned).Value, 3_000, 65_536);
        Assert.Equal(0, Phi.Measure(weights, attached, [20, 21, 22], [5, 40, 9, 33]).Value);
    }

    [Fact]
    public void Phi_is_bounded_and_zero_without_bits()
    {
        Assert.Equal(65_536, new Phi(1_000, -5).Value);
        Assert.Equal(0, new Phi(1_000, 2_000).Value);
        Assert.Equal(0, new Phi(0, 0).Value);
        Assert.Equal(16_384, new Phi(1_000, 750).Value);
    }

    [Fact]
    public void Length_dependent_rotation_can_be_recomputed_exactly()
    {
        using var dynamic = TinyModel.Create(Dynamic);
        var options = new GenerateOptions { MaxTokens = 10, Temperature = 0, ExactRope = true };
        var generator = new Generator(dynamic, null, new HashSet<int>(), TimeProvider.System);

        Assert.True(dynamic.Plan.Rope!.DependsOnLength);
        Assert.Equal(10, generator.Generate(Prompt, options, null, null, TestContext.Current.CancellationToken).Ids.Length);
    }

    [Fact]
    public void A_prompt_that_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Generator().Generate([], new GenerateOptions(), null, null, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => Generator().Generate([TinyModel.Vocab], new GenerateOptions(), null, null, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => Generator().Generate(new int[64], new GenerateOptions(), null, null, CancellationToken.None));
    }

    private Generator Generator(params int[] endIds) => new(model, null, endIds.ToHashSet(), TimeProvider.System);

    private GeneratedReply Reply(GenerateOptions options) => Generator().Generate(Prompt, options, null, null, TestContext.Current.CancellationToken);
}
