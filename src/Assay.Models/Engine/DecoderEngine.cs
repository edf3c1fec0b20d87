using Assay.Models.Adapters;
using Assay.Models.Engine.Blocks;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>The packed path: explicit forward and backward calls over packed tokens, without autograd, for any plan whose parts have a packed version.</summary>
/// <remarks>
/// Residual stream, norms, softmax and loss are fp32; products run in the type of the weights' format.
/// Gradients are bit-identical across runs and thread counts. Not safe for concurrent use. Nothing of a bin's size is allocated after the longest bin was seen.
/// </remarks>
public sealed class DecoderEngine : IDisposable
{
    private readonly FrozenWeights weights;
    private readonly BufferArena arena = new();
    private readonly TokenEmbedding embedding;
    private readonly List<DecoderBlock> blocks = [];
    private readonly HeadLoss head;
    private readonly int firstTrained;
    private PositionAngles? rope;

    /// <param name="weights">Base; stays the caller's. Its adapter columns are written by this engine.</param>
    /// <param name="adapter">Adapter to apply and train, or null for the base alone; stays the caller's.</param>
    /// <exception cref="NotSupportedException">Part of the plan or of the adapter has no packed version; see <see cref="Unsupported"/>.</exception>
    public DecoderEngine(FrozenWeights weights, LoraAdapter? adapter)
    {
        if (Unsupported(weights.Plan, adapter) is { } reason)
        {
            throw new NotSupportedException(reason);
        }

        using var off = no_grad();
        this.weights = weights;
        embedding = new TokenEmbedding(weights);
        head = new HeadLoss(weights);
        for (int index = 0; index < weights.Plan.Blocks.Count; index++)
        {
            blocks.Add(new DecoderBlock(weights, adapter, index, blocks.LastOrDefault()));
        }

        firstTrained = blocks.FindIndex(block => block.Trains);
        var trained = blocks.SelectMany(block => block.Linears).SelectMany(linear => linear.Parameters).ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        Parameters = [.. (adapter?.Parameters ?? []).Select(parameter => (parameter.Name, trained[parameter.Name].Value, trained[parameter.Name].Gradient))];
        ParametersChanged();
    }

    /// <summary>Which blocks in which order.</summary>
    public DecoderPlan Plan => weights.Plan;

    /// <summary>How the base is kept and products are computed.</summary>
    public FrozenFormat Format => weights.Format;

    /// <summary>The adapter's own tensors and the gradients summed up for them, all fp32, in the order of <see cref="LoraAdapter.Parameters"/>.</summary>
    public IReadOnlyList<(string Name, Tensor Value, Tensor Gradient)> Parameters { get; }

    /// <summary>Bytes of all buffers.</summary>
    public long BufferBytes => arena.Bytes;

    /// <summary>Why the packed path cannot take a model with an adapter, or null when it can.</summary>
    /// <param name="plan">The model.</param>
    /// <param name="adapter">The adapter, or null.</param>
    public static string? Unsupported(DecoderPlan plan, LoraAdapter? adapter)
    {
        foreach (var block in plan.Blocks)
        {
            if (block.Attention is not (GroupedAttention or LatentAttention))
            {
                return $"The packed path has no {block.Attention.GetType().Name} yet; the reference path has.";
            }

            if (block.Mlp is not (GatedMlp or PlainMlp or ExpertsMlp))
            {
                return $"The packed path has no {block.Mlp.GetType().Name} yet; the reference path has.";
            }
        }

        var modules = plan.Linears.Select(module => module.Name).ToHashSet(StringComparer.Ordinal);
        if (adapter?.Pairs.FirstOrDefault(pair => !modules.Contains(pair.Module)) is { } stray)
        {
            return $"The adapter changes '{stray.Module}', which is no linear layer of this model.";
        }

        return adapter is { IsPlainLora: false } ? "The packed path has no DoRA, no replaced modules, no trained biases and no pairs on routers yet; the reference path has." : null;
    }

    /// <summary>Loss in nats of every supervised position in order, without gradients or dropout.</summary>
    /// <exception cref="ArgumentException">The tokens contradict each other or the vocabulary.</exception>
    public double[] Losses(PackedTokens tokens)
    {
        using var off = no_grad();
        var pass = Begin(tokens, keep: false, dropoutStep: null, cache: null);
        return head.Losses(pass, Forward(pass), Supervised(tokens), 1, null);
    }

    /// <summary>Adds lossFactor · d(Σ loss) to the gradients.</summary>
    /// <param name="tokens">A bin.</param>
    /// <param name="lossFactor">Factor on every token's loss, such as 1 / supervised tokens of the whole step.</param>
    /// <param name="dropoutStep">Step that keys the adapter's dropout masks; null turns dropout off.</param>
    /// <param name="embeddingNoise">[N × D] added to the embeddings, or null.</param>
    /// <returns>Σ loss in nats, without the factor.</returns>
    /// <exception cref="ArgumentException">The tokens contradict each other or the vocabulary.</exception>
    public double Accumulate(PackedTokens tokens, double lossFactor, long? dropoutStep, float[]? embeddingNoise = null)
    {
        using var off = no_grad();
        var pass = Begin(tokens, keep: true, dropoutStep, cache: null, embeddingNoise);
        var h = Forward(pass);
        var dh = pass.WorkFloats("dh", tokens.Count, weights.Plan.Hidden);
        double[] losses = head.Losses(pass, h, Supervised(tokens), lossFactor, firstTrained < 0 ? null : dh);
        for (int index = blocks.Count - 1; index >= firstTrained && firstTrained >= 0; index--)
        {
            blocks[index].Backward(pass, dh, needInput: index > firstTrained);
        }

        return losses.Sum();
    }

    /// <summary>Scores of all tokens.</summary>
    /// <returns>[N, V], fp32; the caller's.</returns>
    /// <exception cref="ArgumentException">The tokens contradict each other or the vocabulary.</exception>
    public Tensor Logits(PackedTokens tokens)
    {
        using var off = no_grad();
        var pass = Begin(tokens, keep: false, dropoutStep: null, cache: null);
        return head.Logits(pass, Forward(pass), [.. Enumerable.Range(0, tokens.Count)]);
    }

    /// <summary>Fills a cache and scores the last token of each sequence.</summary>
    /// <param name="tokens">Whole prompts.</param>
    /// <param name="store">
    /// Receives block index, keys and values of all tokens, [N, K·d] each, keys after rotation; of latent attention the normalised compressed rows [N, C]
    /// and the rotated shared keys. Strided views that are valid during the call only.
    /// </param>
    /// <returns>[sequences, V], fp32; the caller's.</returns>
    /// <exception cref="ArgumentException">The tokens contradict each other or the vocabulary.</exception>
    public Tensor Prefill(PackedTokens tokens, Action<int, Tensor, Tensor> store)
    {
        using var off = no_grad();
        var pass = Begin(tokens, keep: false, dropoutStep: null, store);
        return head.Logits(pass, Forward(pass), [.. pass.Segments().Select(segment => segment.First + segment.Length - 1)]);
    }

    /// <summary>Takes over changed adapter values; after every optimiser step.</summary>
    public void ParametersChanged()
    {
        using var off = no_grad();
        foreach (var linear in blocks.SelectMany(block => block.Linears))
        {
            linear.ParametersChanged();
        }
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients()
    {
        using var off = no_grad();
        foreach (var (_, _, gradient) in Parameters)
        {
            gradient.zero_();
        }
    }

    public void Dispose()
    {
        blocks.ForEach(block => block.Dispose());
        head.Dispose();
        rope?.Dispose();
        arena.Dispose();
    }

    private static int[] Supervised(PackedTokens tokens) =>
        [.. Enumerable.Range(0, tokens.Count).Where(index => tokens.Targets[index] != PackedTokens.NotTrained)];

    private PackedPass Begin(PackedTokens tokens, bool keep, long? dropoutStep, Action<int, Tensor, Tensor>? cache, float[]? noise = null)
    {
        tokens.Check(weights.Plan);
        if (weights.Plan.Rope is { } plan)
        {
            int length = tokens.Positions.Max() + 1;
            if (rope is null || (plan.DependsOnLength ? rope.Length != length : rope.Length < length))
            {
                rope?.Dispose();
                rope = new PositionAngles(plan, length, plan.DependsOnLength ? length : Math.Max(length, 2 * (rope?.Length ?? 128)));
            }
        }

        return new PackedPass(arena, weights.Operand, tokens, rope) { Keep = keep, SavesMemory = weights.SavesMemory, DropoutStep = dropoutStep, Cache = cache, EmbeddingNoise = noise };
    }

    /// <summary>The residual stream after the last block.</summary>
    private Tensor Forward(PackedPass pass)
    {
        embedding.Forward(pass, blocks[0].Input(pass));
        var last = pass.WorkFloats("h.last", pass.Count, weights.Plan.Hidden);
        for (int index = 0; index < blocks.Count; index++)
        {
            blocks[index].Forward(pass, index + 1 < blocks.Count ? blocks[index + 1].Input(pass) : last);
        }

        return last;
    }
}
