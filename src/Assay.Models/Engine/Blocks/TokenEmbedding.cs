using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Token embeddings: table[id] · scale + positions[position], then the norm.</summary>
internal sealed class TokenEmbedding
{
    private readonly EmbeddingPlan plan;
    private readonly Tensor table;
    private readonly Tensor? positions;
    private readonly Norm? norm;

    /// <param name="weights">Base.</param>
    public TokenEmbedding(FrozenWeights weights)
    {
        plan = weights.Plan.Embedding;
        table = weights.Tensor(plan.Table);
        positions = plan.Positions is { } name ? weights.Tensor(name) : null;
        norm = plan.Norm is { } after ? new Norm(weights, after, "embedding", BufferArena.Shared) : null;
    }

    /// <param name="pass">The call.</param>
    /// <param name="h">[N, D] fp32, written.</param>
    public void Forward(PackedPass pass, Tensor h)
    {
        var target = norm is null ? h : pass.WorkFloats("embedding.x", pass.Count, h.shape[1]);
        using (var rows = Rows(table, pass.Tokens.Ids))
        {
            target.copy_(rows);
        }

        if (plan.Scale != 1)
        {
            target.mul_(plan.Scale);
        }

        if (positions is not null)
        {
            using var learned = Rows(positions, pass.Tokens.Positions);
            target.add_(learned);
        }

        if (pass.EmbeddingNoise is { } noise)
        {
            using var values = tensor(noise, target.shape);
            target.add_(values);
        }

        norm?.Forward(pass, target, h);
    }

    private static Tensor Rows(Tensor table, int[] index)
    {
        using var places = tensor(Array.ConvertAll(index, place => (long)place));
        return table.index_select(0, places);
    }
}
