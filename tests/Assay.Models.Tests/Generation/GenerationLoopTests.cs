using Assay.Models.Adapters;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;
using Assay.Models.Generation;
using Assay.Models.Reference;
using static TorchSharp.torch;
using Generator = Assay.Models.Generation.Generator;

namespace Assay.Models.Tests.Generation;

public sealed class GenerationLoopTests : IDisposable
{
    private static readonly int[] Prompt = [3, 1, 4, 1, 5];

    private readonly ReferenceModel model = TinyModel.Create();
    private readonly DecodeWeights weights;
    private readonly List<DecodeAdapter> adapters = [];

    public GenerationLoopTests()
    {
        weights = DecodeWeights.Of(model, WeightFormat.Bf16);
        for (ulong seed = 0; seed < 4; seed++)
        {
            using var adapter = TinyModel.Adapter(model.Plan, seed);
            using var off = no_grad();
            foreach (var pair in adapter.Pairs)
            {
                pair.B.add_(0.05 * (seed + 1));
            }

            adapters.Add(new DecodeAdapter(weights, adapter));
        }
    }

    public void Dispose()
    {
        adapters.ForEach(adapter => adapter.Dispose());
        weights.Dispose();
        model.Dispose();
    }

    [Fact]
    public async Task A_seeded_reply_is_the_same_alone_and_among_seven_others_with_other_adapters()
    {
        var request = new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 30, Temperature = 1, Seed = 5, TopP = 0.9, TopLogProbabilities = 3 }) { Adapter = adapters[0] };
        using var lonely = Loop(64);
        var alone = lonely.Add(request);
        Finish(lonely);

        using var busy = Loop(8 * 64);
        var others = Enumerable.Range(0, 7).Select(index => busy.Add(new GenerationRequest(
            [.. Enumerable.Range(1, 3 + (5 * index))],
            new GenerateOptions { MaxTokens = 10 + (4 * index), Temperature = 0.8, Seed = (ulong)index })
        {
            Adapter = index % 5 == 4 ? null : adapters[index % 4],
        })).ToList();
        busy.Step();
        var among = busy.Add(request);
        Finish(busy);

        var (one, other) = (await alone, await among);
        Assert.Equal(one.Ids, other.Ids);
        Assert.Equal(one.Tokens.Select(token => token.LogProbability), other.Tokens.Select(token => token.LogProbability));
        Assert.All(one.Tokens, token => Assert.Equal(3, token.Alternatives.Count));
        Assert.All(others, reply => Assert.True(reply.IsCompletedSuccessfully));
        Assert.NotEqual(one.Ids, (await others[0]).Ids);
    }

    [Fact]
    public async Task Requests_wait_for_room_and_come_in_the_order_of_their_arrival()
    {
        using var loop = Loop(64);
        var order = new List<int>();
        var replies = Enumerable.Range(0, 3).Select(number => loop.Add(new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 4, Temperature = 0 })
        {
            OnToken = _ => order.Add(number),
        })).ToList();

        loop.Step();
        Assert.Equal(1, loop.Active);
        Finish(loop);

        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], order);
        Assert.All(replies, reply => Assert.True(reply.IsCompletedSuccessfully));
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = loop.Add(new GenerationRequest(Prompt, new GenerateOptions { Temperature = -1 })); });
        Assert.Throws<ArgumentException>(() => { _ = loop.Add(new GenerationRequest(new int[64], new GenerateOptions())); });
        Assert.Equal(4, (await replies[2]).Tokens.Count);
    }

    [Fact]
    public async Task Cancelling_or_failing_ends_one_reply_and_the_others_go_on()
    {
        using var loop = Loop(3 * 64);
        using var cancel = new CancellationTokenSource();
        var cancelled = loop.Add(new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 20 }) { OnToken = _ => cancel.Cancel(), Cancel = cancel.Token });
        var failed = loop.Add(new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 20 }) { OnToken = _ => throw new FormatException("reader") });
        var whole = loop.Add(new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 20 }));
        Finish(loop);

        Assert.Equal((StopReason.Cancelled, 1), ((await cancelled).Reason, (await cancelled).Tokens.Count));
        await Assert.ThrowsAsync<FormatException>(() => failed);
        Assert.Equal(20, (await whole).Tokens.Count);
    }

    [Fact]
    public async Task A_slow_reader_holds_up_only_its_own_reply()
    {
        using var loop = Loop(2 * 64);
        bool full = false;
        var slow = loop.Add(new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 10 }) { OnToken = _ => full = true, MayContinue = () => !full });
        var quick = loop.Add(new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 10 }));
        Finish(loop);

        Assert.True(quick.IsCompletedSuccessfully);
        Assert.False(slow.IsCompleted);
        while (!slow.IsCompleted)
        {
            full = false;
            loop.Step();
        }

        Assert.Equal(10, (await slow).Tokens.Count);
    }

    [Fact]
    public async Task Adapters_that_replace_weights_take_turns_with_the_rest()
    {
        using var own = LoraAdapter.Create(
            model.Plan,
            Assay.Data.Formats.PeftAdapterConfig.Create("tiny", new Assay.Data.Formats.LoraOptions { Rank = 2, ModulesToSave = ["lm_head"] }),
            3,
            name => model.Parameters[name]);
        using var replacing = new DecodeAdapter(weights, own);
        using var loop = Loop(3 * 64);
        var first = loop.Add(new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 6, Temperature = 0 }));
        var second = loop.Add(new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 6, Temperature = 0 }) { Adapter = replacing });
        Finish(loop);

        Assert.Equal((await first).Ids, (await second).Ids);
    }

    [Theory]
    [InlineData("""{"type":"dynamic","factor":2.0}""", 20)]
    [InlineData("""{"type":"longrope","short_factor":[1,1.1,1.2],"long_factor":[2,3,4]}""", 16)]
    public void Keys_that_a_stretched_rotation_makes_stale_are_computed_again(string scaling, int unchanged)
    {
        string config = TinyModel.Config.Replace("\"rms_norm_eps\"", $"\"rope_scaling\":{scaling},\"original_max_position_embeddings\":16,\"rms_norm_eps\"", StringComparison.Ordinal)
            .Replace("\"max_position_embeddings\":64", "\"max_position_embeddings\":" + (unchanged == 20 ? "20" : "64"), StringComparison.Ordinal)
            .Replace("\"llama\"", unchanged == 20 ? "\"llama\"" : "\"phi3\"", StringComparison.Ordinal);
        using var stretched = TinyModel.Create(config);
        Assert.True(stretched.Plan.Rope!.DependsOnLength);
        var options = new GenerateOptions { MaxTokens = 14, Temperature = 0, ExactRope = true };
        int[] own = new Generator(stretched, null, new HashSet<int>(), TimeProvider.System).Generate(Prompt, options, null, null, CancellationToken.None).Ids;

        List<int> context = [.. Prompt];
        using var off = no_grad();
        while (context.Count < Prompt.Length + own.Length)
        {
            using var scope = NewDisposeScope();
            var hidden = stretched.Hidden(tensor(context.Select(id => (long)id).ToArray(), 1, context.Count), ForwardOptions.Default);
            context.Add((int)stretched.Logits(hidden[0, -1], null).argmax().item<long>());
        }

        Assert.Equal(context[Prompt.Length..], own);
        Assert.NotEmpty(own);
    }

    [Fact]
    public async Task Errands_run_between_steps_and_their_exceptions_go_to_the_sender()
    {
        using var loop = Loop(64);
        using var closing = new CancellationTokenSource();
        var thread = new Thread(() => loop.Run(closing.Token));
        thread.Start();

        Assert.Equal(thread.ManagedThreadId, await loop.InvokeAsync(() => Environment.CurrentManagedThreadId));
        await Assert.ThrowsAsync<FormatException>(() => loop.InvokeAsync<int>(() => throw new FormatException()));
        Assert.Equal(5, (await loop.Add(new GenerationRequest(Prompt, new GenerateOptions { MaxTokens = 5 }))).Tokens.Count);

        await closing.CancelAsync();
        thread.Join();
    }

    private static void Finish(GenerationLoop loop)
    {
        while (loop.Step())
        {
        }
    }

    private GenerationLoop Loop(int positions) =>
        new(weights, new GenerationLoopOptions { CachePositions = positions }, null, new HashSet<int>(), TimeProvider.System);
}
