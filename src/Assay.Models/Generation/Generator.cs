using System.Text;
using Assay.Data.Tokenization;
using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Generation;

/// <summary>Generates replies with a key-value cache. The adapter is chosen per call and stays unmerged.</summary>
/// <param name="model">The resident base.</param>
/// <param name="tokenizer">The model's; null leaves all texts empty.</param>
/// <param name="endIds">Ids that end a reply.</param>
/// <param name="clock">For time limits.</param>
/// <remarks>Synchronous, one reply at a time.</remarks>
public sealed class Generator(ReferenceModel model, Tokenizer? tokenizer, IReadOnlySet<int> endIds, TimeProvider clock)
{
    /// <summary>A generator for a loaded model folder.</summary>
    public Generator(BaseModel model, TimeProvider clock) : this(model.Weights, model.Tokenizer, model.EndIds, clock)
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
        options.Check();
        CheckPrompt(prompt);
        using var off = no_grad();
        long began = clock.GetTimestamp();
        List<int> context = [.. prompt];
        int longest = Math.Min(model.Plan.MaxPositions, prompt.Length + options.MaxTokens);
        using var cache = new KvCache(model.Plan, longest);
        bool recompute = options.ExactRope && model.Plan.Rope is { DependsOnLength: true };
        var decoder = tokenizer is null ? null : new StreamingDecoder(tokenizer, skipSpecial: true);
        var stop = new StopText(options.StopTexts);
        var tokens = new List<GeneratedToken>();
        var text = new StringBuilder();
        StopReason reason;
        while (true)
        {
            if (EndOf(tokens.Count, context.Count, options, stop, clock.GetElapsedTime(began), cancel) is { } end)
            {
                reason = end;
                break;
            }

            if (model.Plan.Rope is { Kind: RopeKind.LongRope } rope && cache.Length <= rope.OriginalPositions && context.Count > rope.OriginalPositions)
            {
                cache.Clear();
            }

            float[] logits = recompute ? LastLogits([.. context], adapter, null) : LastLogits([.. context[cache.Length..]], adapter, cache);
            int id = Sampler.Draw(logits, [.. context], prompt.Length, options);
            if (!options.IgnoreEnd && endIds.Contains(id))
            {
                reason = StopReason.EndToken;
                break;
            }

            context.Add(id);
            Emit(new GeneratedToken(id, stop.Push(decoder?.Push(id) ?? ""), Sampler.LogProbability(logits, id)));
        }

        string rest = stop.Push(decoder?.Flush() ?? "") + stop.Flush();
        if (rest.Length > 0 && tokens.Count > 0)
        {
            // Text that was held back belongs to the last token; no new token is counted for it.
            text.Append(rest);
            tokens[^1] = tokens[^1] with { Text = tokens[^1].Text + rest };
            onToken?.Invoke(tokens[^1] with { Text = rest });
        }

        return new GeneratedReply(tokens, text.ToString(), reason, prompt.Length);

        void Emit(GeneratedToken token)
        {
            tokens.Add(token);
            text.Append(token.Text);
            onToken?.Invoke(token);
        }
    }

    private StopReason? EndOf(int made, int length, GenerateOptions options, StopText stop, TimeSpan elapsed, CancellationToken cancel) =>
        stop.Found ? StopReason.StopText
        : made >= options.MaxTokens ? StopReason.MaxTokens
        : length >= model.Plan.MaxPositions ? StopReason.ContextFull
        : cancel.IsCancellationRequested ? StopReason.Cancelled
        : elapsed >= options.TimeLimit ? StopReason.TimeLimit
        : null;

    private float[] LastLogits(int[] ids, LoraAdapter? adapter, KvCache? cache)
    {
        using var scope = NewDisposeScope();
        var options = new ForwardOptions { Adapter = adapter, Cache = cache, FusedAttention = true };
        var hidden = model.Hidden(tensor(Array.ConvertAll(ids, id => (long)id), 1, ids.Length), options); // [1, T, D]
        float[] logits = model.Logits(hidden[0, -1], adapter).data<float>().ToArray();
        return Array.TrueForAll(logits, float.IsFinite)
            ? logits
            : throw new ArithmeticException("The model's scores are not finite numbers: its weights, or the adapter's, are damaged.");
    }

    private void CheckPrompt(ReadOnlySpan<int> prompt)
    {
        if (prompt.IsEmpty || prompt.Length >= model.Plan.MaxPositions)
        {
            throw new ArgumentException($"The prompt has {prompt.Length} tokens; 1 to {model.Plan.MaxPositions - 1} are possible.", nameof(prompt));
        }

        foreach (int id in prompt)
        {
            if (id < 0 || id >= model.Plan.Vocab)
            {
                throw new ArgumentException($"Token id {id} is outside the vocabulary 0 to {model.Plan.Vocab - 1}.", nameof(prompt));
            }
        }
    }
}
