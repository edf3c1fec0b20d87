using Assay.Models.Engine.Decode;
using Assay.Models.Generation;

namespace Assay.Models.Influence;

/// <summary>How much of a reply is the adapter's doing.</summary>
/// <param name="BitsBase">Thousandths of a bit the base needs for the reply.</param>
/// <param name="BitsTuned">Thousandths of a bit the base with the adapter needs.</param>
/// <remarks>Ledger design §7.2: same template and context, teacher-forced.</remarks>
public sealed record Phi(long BitsBase, long BitsTuned)
{
    /// <summary>φ: 0 (the base would have said it) to 65,536 (the adapter alone).</summary>
    public int Value => BitsBase <= 0 ? 0 : (int)Math.Clamp(Math.Floor(65536.0 * (BitsBase - BitsTuned) / BitsBase), 0, 65536);

    /// <summary>Measures a reply with and without the adapter.</summary>
    /// <param name="weights">The base as it generated.</param>
    /// <param name="adapter">The adapter that answered; null gives the same bits twice.</param>
    /// <param name="prompt">1 or more ids.</param>
    /// <param name="reply">The reply's ids.</param>
    public static Phi Measure(DecodeWeights weights, DecodeAdapter? adapter, ReadOnlySpan<int> prompt, ReadOnlySpan<int> reply)
    {
        long alone = MilliBits(ReplyScore.LogProbabilities(weights, null, prompt, reply));
        return new Phi(alone, adapter is null ? alone : MilliBits(ReplyScore.LogProbabilities(weights, adapter, prompt, reply)));
    }

    private static long MilliBits(double[] logProbabilities) =>
        (long)Math.Round(-1000 * logProbabilities.Sum() / Math.Log(2));
}
