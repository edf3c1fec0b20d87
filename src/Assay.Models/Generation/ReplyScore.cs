using Assay.Models.Adapters;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Generation;

/// <summary>How likely a model finds a given reply, token by token (teacher-forced).</summary>
public static class ReplyScore
{
    /// <summary>Natural logarithms of the probabilities of each reply token, given the prompt and the reply before it.</summary>
    /// <param name="model">The base.</param>
    /// <param name="adapter">Adapter to apply, or null.</param>
    /// <param name="prompt">1 or more ids.</param>
    /// <param name="reply">Ids to score; prompt and reply together fit the context.</param>
    public static double[] LogProbabilities(ReferenceModel model, LoraAdapter? adapter, ReadOnlySpan<int> prompt, ReadOnlySpan<int> reply)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Length);
        if (reply.IsEmpty)
        {
            return [];
        }

        using var off = no_grad();
        using var scope = NewDisposeScope();
        long[] ids = new long[prompt.Length + reply.Length - 1];
        for (int position = 0; position < ids.Length; position++)
        {
            ids[position] = position < prompt.Length ? prompt[position] : reply[position - prompt.Length];
        }

        var hidden = model.Hidden(tensor(ids, 1, ids.Length), new ForwardOptions { Adapter = adapter, FusedAttention = true }); // [1, T, D]
        var logits = model.Logits(hidden[0].narrow(0, prompt.Length - 1, reply.Length), adapter); // [reply, V]
        float[] scores = logits.contiguous().data<float>().ToArray();
        double[] result = new double[reply.Length];
        for (int token = 0; token < result.Length; token++)
        {
            result[token] = Sampler.LogProbability(scores.AsSpan(token * model.Plan.Vocab, model.Plan.Vocab), reply[token]);
        }

        return result;
    }
}
