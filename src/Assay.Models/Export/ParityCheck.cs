using Assay.Models.Engine.Decode;
using Assay.Models.Generation;

namespace Assay.Models.Export;

/// <summary>Compares an exported model, loaded again from its files, with the model that was tested: same prompts, greedy answers, logits at every token.</summary>
public static class ParityCheck
{
    /// <summary>Compares two models of one vocabulary.</summary>
    /// <param name="tested">The model as it is served: base and adapter.</param>
    /// <param name="exported">The model as its files give it, and an adapter if that is what was exported.</param>
    /// <param name="prompts">Token ids of each prompt, 1 or more; too long ones are cut to their last tokens.</param>
    /// <param name="replyTokens">Longest greedy answer.</param>
    /// <param name="limit">What to ask of the figures.</param>
    /// <param name="endIds">Ids that end an answer.</param>
    /// <param name="cancel">Ends the comparison.</param>
    /// <exception cref="ArgumentException">The vocabularies differ in size.</exception>
    /// <exception cref="ArithmeticException">Weights are damaged: a score is not a finite number.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ParityReport Compare((DecodeWeights Weights, DecodeAdapter? Adapter) tested, (DecodeWeights Weights, DecodeAdapter? Adapter) exported,
        IReadOnlyList<int[]> prompts, int replyTokens, ParityLimit limit, IReadOnlySet<int> endIds, CancellationToken cancel)
    {
        int vocab = tested.Weights.Plan.Vocab;
        if (exported.Weights.Plan.Vocab != vocab)
        {
            throw new ArgumentException($"The exported model has {exported.Weights.Plan.Vocab} ids and the tested one {vocab}.", nameof(exported));
        }

        var (tokens, equalTop, equalReplies) = (0, 0, 0);
        var (largest, divergence) = (0.0, 0.0);
        foreach (int[] prompt in prompts)
        {
            cancel.ThrowIfCancellationRequested();
            int[] kept = prompt.Length + replyTokens > tested.Weights.Plan.MaxPositions ? prompt[^Math.Max(1, tested.Weights.Plan.MaxPositions - replyTokens)..] : prompt;
            int[] reply = Greedy(tested, kept, replyTokens, endIds);
            equalReplies += Greedy(exported, kept, replyTokens, endIds).AsSpan().SequenceEqual(reply) ? 1 : 0;
            float[] wanted = new float[reply.Length * vocab];
            ReplyScore.EachLogits(tested.Weights, tested.Adapter, kept, reply, (token, logits) => logits.CopyTo(wanted.AsSpan(token * vocab, vocab)));
            ReplyScore.EachLogits(exported.Weights, exported.Adapter, kept, reply, (token, logits) =>
            {
                var expected = wanted.AsSpan(token * vocab, vocab);
                largest = Math.Max(largest, LargestDifference(expected, logits));
                divergence += Divergence(expected, logits);
                equalTop += Likeliest(expected) == Likeliest(logits) ? 1 : 0;
                tokens++;
            });
        }

        double meanKl = tokens == 0 ? 0 : divergence / tokens;
        double share = tokens == 0 ? 1 : (double)equalTop / tokens;
        return new ParityReport(prompts.Count, tokens, largest, meanKl, share, equalReplies, limit.Holds(largest, meanKl, share), limit.ToString());
    }

    private static int[] Greedy((DecodeWeights Weights, DecodeAdapter? Adapter) model, int[] prompt, int tokens, IReadOnlySet<int> endIds)
    {
        using var loop = new GenerationLoop(model.Weights, new GenerationLoopOptions { CachePositions = prompt.Length + tokens, Cache = model.Weights.DefaultCache, MostRows = 1 }, null, endIds, TimeProvider.System);
        var reply = loop.Add(new GenerationRequest(prompt, new GenerateOptions { Temperature = 0, MaxTokens = tokens }) { Adapter = model.Adapter });
        while (!reply.IsCompleted)
        {
            loop.Step();
        }

        return reply.GetAwaiter().GetResult().Ids;
    }

    private static double LargestDifference(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        float largest = 0;
        for (int id = 0; id < first.Length; id++)
        {
            // Equal infinities (ids that a model masks) do not differ.
            largest = first[id] == second[id] ? largest : float.Max(largest, float.Abs(first[id] - second[id]));
        }

        return largest;
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int id = 1; id < logits.Length; id++)
        {
            best = logits[id] > logits[best] ? id : best;
        }

        return best;
    }

    // Σ p ln(p / q) over softmaxes in double precision.
    private static double Divergence(ReadOnlySpan<float> tested, ReadOnlySpan<float> exported)
    {
        double first = LogSum(tested);
        double second = LogSum(exported);
        double sum = 0;
        for (int id = 0; id < tested.Length; id++)
        {
            double log = tested[id] - first;
            double share = Math.Exp(log);
            sum += share == 0 ? 0 : share * (log - (exported[id] - second));
        }

        return Math.Max(0, sum);
    }

    private static double LogSum(ReadOnlySpan<float> logits)
    {
        double top = logits[Likeliest(logits)];
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - top);
        }

        return top + Math.Log(sum);
    }
}
