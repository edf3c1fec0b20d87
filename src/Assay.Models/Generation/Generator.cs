using Assay.Data.Tokenization;
using Assay.Models.Adapters;
using Assay.Models.Engine.Decode;
using Assay.Models.Reference;

namespace Assay.Models.Generation;

/// <summary>Generates single replies. The adapter is chosen per call and stays unmerged.</summary>
/// <remarks>Synchronous, one reply at a time; <see cref="GenerationLoop"/> makes many at once.</remarks>
public sealed class Generator
{
    private readonly Func<DecodeWeights> open;
    private readonly bool opened;
    private readonly CacheFormat cache;
    private readonly Tokenizer? tokenizer;
    private readonly IReadOnlySet<int> endIds;
    private readonly TimeProvider clock;

    /// <summary>A generator over the fp32 weights of a reference model, which are read where they lie at each call.</summary>
    /// <param name="model">The resident base.</param>
    /// <param name="tokenizer">The model's; null leaves all texts empty.</param>
    /// <param name="endIds">Ids that end a reply.</param>
    /// <param name="clock">For time limits.</param>
    public Generator(ReferenceModel model, Tokenizer? tokenizer, IReadOnlySet<int> endIds, TimeProvider clock)
    {
        open = () => DecodeWeights.Of(model);
        (cache, this.tokenizer, this.endIds, this.clock) = (CacheFormat.Fp32, tokenizer, endIds, clock);
    }

    /// <summary>A generator over decode weights.</summary>
    /// <param name="weights">The resident base; must live longer.</param>
    /// <param name="tokenizer">The model's; null leaves all texts empty.</param>
    /// <param name="endIds">Ids that end a reply.</param>
    /// <param name="clock">For time limits.</param>
    public Generator(DecodeWeights weights, Tokenizer? tokenizer, IReadOnlySet<int> endIds, TimeProvider clock)
    {
        open = () => weights;
        opened = true;
        (cache, this.tokenizer, this.endIds, this.clock) = (weights.DefaultCache, tokenizer, endIds, clock);
    }

    /// <summary>A generator for an opened model folder, with its weights in the form they are stored in.</summary>
    public Generator(BaseModel model, TimeProvider clock) : this(model.DecodeWeights, model.Tokenizer, model.EndIds, clock)
    {
    }

    /// <summary>Generates one reply.</summary>
    /// <param name="prompt">Token ids, 1 or more, fewer than the model's context.</param>
    /// <param name="options">How to draw and when to stop.</param>
    /// <param name="adapter">Adapter to apply, or null for the base alone.</param>
    /// <param name="onToken">Receives every token as it is drawn, on this thread.</param>
    /// <param name="cancel">Ends the reply with what there is.</param>
    /// <exception cref="ArgumentException">The prompt is empty, too long, or holds an id outside the vocabulary.</exception>
    /// <exception cref="ArithmeticException">Weights are damaged: a score is not a finite number.</exception>
    public GeneratedReply Generate(ReadOnlySpan<int> prompt, GenerateOptions options, LoraAdapter? adapter, Action<GeneratedToken>? onToken, CancellationToken cancel)
    {
        var weights = open();
        try
        {
            using var attached = adapter is null ? null : new DecodeAdapter(weights, adapter);
            return Generate(weights, new GenerationRequest([.. prompt], options) { Adapter = attached, OnToken = onToken, Cancel = cancel });
        }
        finally
        {
            if (!opened)
            {
                weights.Dispose();
            }
        }
    }

    private GeneratedReply Generate(DecodeWeights weights, GenerationRequest request)
    {
        int longest = (int)Math.Min(weights.Plan.MaxPositions, (long)request.Prompt.Count + Math.Max(1, request.Options.MaxTokens));
        using var loop = new GenerationLoop(weights, new GenerationLoopOptions { CachePositions = longest, Cache = cache, MostRows = 1 }, tokenizer, endIds, clock);
        var reply = loop.Add(request);
        while (!reply.IsCompleted)
        {
            loop.Step();
        }

        return reply.GetAwaiter().GetResult();
    }
}
