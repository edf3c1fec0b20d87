using System.Numerics;

namespace Assay.Models.Generation;

/// <summary>Draws the next token from logits. Pure: the same inputs give the same token.</summary>
public static class Sampler
{
    /// <summary>Draws one token.</summary>
    /// <param name="logits">V scores, finite; not changed.</param>
    /// <param name="context">Prompt and reply so far.</param>
    /// <param name="promptLength">How much of <paramref name="context"/> is prompt.</param>
    /// <param name="options">Penalties, temperature, cut-offs, seed; applied in the order of the documented fields: penalties, temperature, top-k, top-p, min-p.</param>
    /// <returns>A token id.</returns>
    public static int Draw(ReadOnlySpan<float> logits, ReadOnlySpan<int> context, int promptLength, GenerateOptions options) =>
        Draw(logits, context, promptLength, options, new Workspace());

    /// <summary>Natural logarithm of a token's probability under logits.</summary>
    public static double LogProbability(ReadOnlySpan<float> logits, int id) => logits[id] - LogSum(logits);

    internal static int Draw(ReadOnlySpan<float> logits, ReadOnlySpan<int> context, int promptLength, GenerateOptions options, Workspace workspace)
    {
        if (options is { Temperature: 0, RepetitionPenalty: 1, FrequencyPenalty: 0, PresencePenalty: 0 })
        {
            return IndexOfMax(logits);
        }

        var scores = workspace.Scores(logits.Length);
        for (int id = 0; id < scores.Length; id++)
        {
            scores[id] = logits[id];
        }

        Penalise(scores, context, promptLength, options);
        return options.Temperature == 0
            ? IndexOfMax(scores)
            : Sample(scores, options, workspace, new CounterRandom(options.Seed, "sample").Uniform(context.Length));
    }

    /// <summary>The drawn token's log-probability and the most likely ones.</summary>
    internal static (double Chosen, IReadOnlyList<TokenProbability> Top) LogProbabilities(ReadOnlySpan<float> logits, int id, int top)
    {
        double sum = LogSum(logits);
        if (top == 0)
        {
            return (logits[id] - sum, []);
        }

        // A short list kept in order: the lowest id stays first among equals.
        var best = new List<int>(top + 1);
        for (int other = 0; other < logits.Length; other++)
        {
            if (best.Count == top && logits[other] <= logits[best[^1]])
            {
                continue;
            }

            int place = best.Count;
            while (place > 0 && logits[other] > logits[best[place - 1]])
            {
                place--;
            }

            best.Insert(place, other);
            if (best.Count > top)
            {
                best.RemoveAt(top);
            }
        }

        var result = new TokenProbability[best.Count];
        for (int place = 0; place < result.Length; place++)
        {
            result[place] = new TokenProbability(best[place], logits[best[place]] - sum);
        }

        return (logits[id] - sum, result);
    }

    private static double LogSum(ReadOnlySpan<float> logits)
    {
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp((double)logit - largest);
        }

        return largest + Math.Log(sum);
    }

    private static void Penalise(Span<double> scores, ReadOnlySpan<int> context, int promptLength, GenerateOptions options)
    {
        if (options.RepetitionPenalty != 1)
        {
            var seen = new HashSet<int>();
            foreach (int id in context)
            {
                if (seen.Add(id))
                {
                    scores[id] = scores[id] > 0 ? scores[id] / options.RepetitionPenalty : scores[id] * options.RepetitionPenalty;
                }
            }
        }

        if (options.FrequencyPenalty != 0 || options.PresencePenalty != 0)
        {
            var counted = new HashSet<int>();
            foreach (int id in context[promptLength..])
            {
                scores[id] -= options.FrequencyPenalty + (counted.Add(id) ? options.PresencePenalty : 0);
            }
        }
    }

    /// <summary>The lowest id wins ties.</summary>
    private static int IndexOfMax(ReadOnlySpan<double> scores)
    {
        int best = 0;
        for (int id = 1; id < scores.Length; id++)
        {
            if (scores[id] > scores[best])
            {
                best = id;
            }
        }

        return best;
    }

    /// <summary>The lowest id wins ties.</summary>
    private static int IndexOfMax(ReadOnlySpan<float> logits)
    {
        var largest = new Vector<float>(logits[0]);
        int whole = logits.Length - (logits.Length % Vector<float>.Count);
        for (int id = 0; id < whole; id += Vector<float>.Count)
        {
            largest = Vector.Max(largest, new Vector<float>(logits[id..]));
        }

        float best = logits[0];
        for (int lane = 0; lane < Vector<float>.Count; lane++)
        {
            best = MathF.Max(best, largest[lane]);
        }

        foreach (float logit in logits[whole..])
        {
            best = MathF.Max(best, logit);
        }

        return Math.Max(0, logits.IndexOf(best));
    }

    private static int Sample(Span<double> weights, GenerateOptions options, Workspace workspace, double uniform)
    {
        double largest = weights[IndexOfMax(weights)];
        foreach (ref double weight in weights)
        {
            weight = Math.Exp((weight - largest) / options.Temperature);
        }

        if (options.TopK > 0 || options.TopP < 1)
        {
            KeepMostLikely(weights, options, workspace);
        }

        double total = 0;
        foreach (ref double weight in weights)
        {
            // The most likely token has weight 1, so min-p compares with it directly.
            weight = weight >= options.MinP ? weight : 0;
            total += weight;
        }

        double left = uniform * total;
        int last = 0;
        for (int id = 0; id < weights.Length; id++)
        {
            if (weights[id] > 0)
            {
                last = id;
                left -= weights[id];
                if (left < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    /// <summary>Sets all weights to 0 but those of top-k, and of them those of top-p; the token that crosses p stays.</summary>
    private static void KeepMostLikely(Span<double> weights, GenerateOptions options, Workspace workspace)
    {
        int most = options.TopK > 0 ? Math.Min(options.TopK, weights.Length) : weights.Length;
        double all = Total(weights);

        // A reply's likely tokens are few: order those above a threshold, and lower it until they are enough.
        for (double threshold = 1e-3; ; threshold = threshold < 1e-30 ? 0 : threshold * 1e-3)
        {
            var order = workspace.OrderAbove(weights, threshold);
            bool complete = order.Count == weights.Length;
            if (!complete && order.Count < most && (options.TopP == 1 || options.TopK > 0 || SumOf(weights, order, order.Count) < options.TopP * all))
            {
                continue;
            }

            int kept = Math.Min(most, order.Count);
            double target = options.TopP * (options.TopK > 0 ? SumOf(weights, order, kept) : all);
            double sum = 0;
            int end = 0;
            while (end < kept && (options.TopP == 1 || sum < target))
            {
                sum += weights[order[end++]];
            }

            workspace.KeepOnly(weights, order, end);
            return;
        }
    }

    private static double Total(ReadOnlySpan<double> weights)
    {
        double sum = 0;
        foreach (double weight in weights)
        {
            sum += weight;
        }

        return sum;
    }

    private static double SumOf(ReadOnlySpan<double> weights, List<int> order, int count)
    {
        double sum = 0;
        for (int rank = 0; rank < count; rank++)
        {
            sum += weights[order[rank]];
        }

        return sum;
    }

    /// <summary>Buffers of the vocabulary's size, kept from one token to the next. Not safe for concurrent use.</summary>
    internal sealed class Workspace
    {
        private readonly List<int> order = [];
        private readonly List<double> kept = [];
        private double[] scores = [];

        public Span<double> Scores(int count)
        {
            if (scores.Length != count)
            {
                scores = new double[count];
            }

            return scores;
        }

        /// <summary>Ids with at least the given weight, heaviest first; the lower id wins ties.</summary>
        public List<int> OrderAbove(Span<double> weights, double threshold)
        {
            order.Clear();
            for (int id = 0; id < weights.Length; id++)
            {
                if (weights[id] >= threshold)
                {
                    order.Add(id);
                }
            }

            double[] values = scores;
            order.Sort((one, other) => values[one] != values[other] ? values[other].CompareTo(values[one]) : one.CompareTo(other));
            return order;
        }

        /// <summary>Sets all weights to 0 but those of the first ranks.</summary>
        public void KeepOnly(Span<double> weights, List<int> ranked, int count)
        {
            kept.Clear();
            for (int rank = 0; rank < count; rank++)
            {
                kept.Add(weights[ranked[rank]]);
            }

            weights.Clear();
            for (int rank = 0; rank < count; rank++)
            {
                weights[ranked[rank]] = kept[rank];
            }
        }
    }
}
