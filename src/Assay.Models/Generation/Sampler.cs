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
    public static int Draw(ReadOnlySpan<float> logits, ReadOnlySpan<int> context, int promptLength, GenerateOptions options)
    {
        double[] scores = new double[logits.Length];
        for (int id = 0; id < scores.Length; id++)
        {
            scores[id] = logits[id];
        }

        Penalise(scores, context, promptLength, options);
        return options.Temperature == 0
            ? IndexOfMax(scores)
            : Sample(scores, options, new CounterRandom(options.Seed, "sample").Uniform(context.Length));
    }

    /// <summary>Natural logarithm of a token's probability under logits.</summary>
    public static double LogProbability(ReadOnlySpan<float> logits, int id)
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

        return logits[id] - largest - Math.Log(sum);
    }

    private static void Penalise(double[] scores, ReadOnlySpan<int> context, int promptLength, GenerateOptions options)
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
    private static int IndexOfMax(double[] scores)
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

    private static int Sample(double[] scores, GenerateOptions options, double uniform)
    {
        double largest = scores[IndexOfMax(scores)];
        double[] weights = Array.ConvertAll(scores, score => Math.Exp((score - largest) / options.Temperature));
        if (options.TopK > 0 || options.TopP < 1)
        {
            KeepMostLikely(weights, options);
        }

        double total = 0;
        for (int id = 0; id < weights.Length; id++)
        {
            // The most likely token has weight 1, so min-p compares with it directly.
            weights[id] = weights[id] >= options.MinP ? weights[id] : 0;
            total += weights[id];
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
    private static void KeepMostLikely(double[] weights, GenerateOptions options)
    {
        int[] order = [.. Enumerable.Range(0, weights.Length)];
        Array.Sort(order, (one, other) => weights[one] != weights[other] ? weights[other].CompareTo(weights[one]) : one.CompareTo(other));
        int kept = options.TopK > 0 ? Math.Min(options.TopK, order.Length) : order.Length;
        double target = options.TopP * order.Take(kept).Sum(id => weights[id]);
        double sum = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            if (rank >= kept || (options.TopP < 1 && sum >= target))
            {
                weights[order[rank]] = 0;
            }
            else
            {
                sum += weights[order[rank]];
            }
        }
    }
}
