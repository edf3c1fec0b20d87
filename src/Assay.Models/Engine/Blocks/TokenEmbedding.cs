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
        RowOperators.Gather(table, pass.Tokens.Ids, target, plan.Scale);
        if (positions is not null)
        {
            var learned = pass.Work("embedding.positions", h.shape[1]);
            RowOperators.Gather(positions, pass.Tokens.Positions, learned);
            RowOperators.Add(target, target, learned);
        }

        if (pass.EmbeddingNoise is { } noise)
        {
            using var values = tensor(noise, target.shape);
            target.add_(values);
        }

        norm?.Forward(pass, target, h);
    }
}
