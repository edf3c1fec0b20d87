using Assay.Models.Engine.Decode;

namespace Assay.Models.Generation;

/// <summary>What a model makes of a given reply, token by token (teacher-forced), with the weights it generates with.</summary>
public static class ReplyScore
{
    private const int PromptRows = 512;

    // Scores of a whole vocabulary are kept for so many positions at a time.
    private const int ReplyRows = 64;

    /// <summary>Natural logarithms of the probabilities of each reply token, given the prompt and the reply before it.</summary>
    /// <param name="weights">The base.</param>
    /// <param name="adapter">Adapter to apply, or null.</param>
    /// <param name="prompt">1 or more ids.</param>
    /// <param name="reply">Ids to score; prompt and reply together fit the context.</param>
    public static double[] LogProbabilities(DecodeWeights weights, DecodeAdapter? adapter, ReadOnlySpan<int> prompt, ReadOnlySpan<int> reply)
    {
        double[] result = new double[reply.Length];
        int[] tokens = [.. reply];
        EachLogits(weights, adapter, prompt, reply, (token, logits) => result[token] = Sampler.LogProbability(logits, tokens[token]));
        return result;
    }

    /// <summary>The logits from which each reply token is drawn, given the prompt and the reply before it.</summary>
    /// <param name="weights">The base.</param>
    /// <param name="adapter">Adapter to apply, or null.</param>
    /// <param name="prompt">1 or more ids.</param>
    /// <param name="reply">Ids that follow it; prompt and reply together fit the context.</param>
    /// <param name="each">Gets the token's place in the reply and one logit per id of the vocabulary, valid during the call.</param>
    public static void EachLogits(DecodeWeights weights, DecodeAdapter? adapter, ReadOnlySpan<int> prompt, ReadOnlySpan<int> reply, Action<int, ReadOnlySpan<float>> each)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Length);
        if (reply.IsEmpty)
        {
            return;
        }

        int[] ids = [.. prompt, .. reply[..^1]];
        int vocab = weights.Plan.Vocab;
        using var decoder = new Decoder(weights);
        using var pool = new KvPool(weights, weights.DefaultCache, ids.Length);
        using var sequence = pool.Reserve(ids.Length)!;
        float[] logits = new float[Math.Min(ReplyRows, reply.Length) * vocab];
        for (int start = 0, end; start < ids.Length; start = end)
        {
            // The row before a token scores it: the prompt's last row scores the first token of the reply.
            bool scores = start >= prompt.Length - 1;
            end = scores ? Math.Min(start + ReplyRows, ids.Length) : Math.Min(start + PromptRows, prompt.Length - 1);
            var rows = new DecodeRow[end - start];
            for (int row = 0; row < rows.Length; row++)
            {
                rows[row] = new DecodeRow(sequence, ids[start + row], start + row, start + row, ids.Length, adapter);
            }

            decoder.Forward(rows, scores ? [.. Enumerable.Range(0, rows.Length)] : [], logits);
            for (int row = 0; row < rows.Length && scores; row++)
            {
                each(start + row - (prompt.Length - 1), logits.AsSpan(row * vocab, vocab));
            }
        }
    }
}
