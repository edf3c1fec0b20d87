using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Decode;

/// <summary>One row's use of one expert.</summary>
/// <param name="Row">The row.</param>
/// <param name="Expert">The expert.</param>
/// <param name="Factor">Its weight in the row's sum.</param>
internal readonly record struct ExpertChoice(int Row, int Expert, float Factor)
{
    /// <summary>The choices of all rows, from router scores.</summary>
    /// <param name="experts">Rules and correction.</param>
    /// <param name="logits">[rows, experts].</param>
    /// <param name="rows">Rows.</param>
    public static List<ExpertChoice> Of(DecodeExperts experts, ReadOnlySpan<float> logits, int rows)
    {
        var rule = experts.Plan;
        var result = new List<ExpertChoice>(rows * rule.Chosen);
        float[] scores = new float[rule.Experts];
        float[] judged = new float[rule.Experts];
        for (int row = 0; row < rows; row++)
        {
            Scores(rule.Score, logits.Slice(row * rule.Experts, rule.Experts), scores);
            for (int expert = 0; expert < scores.Length; expert++)
            {
                judged[expert] = scores[expert] + (experts.Correction.Length > 0 ? experts.Correction[expert] : 0);
            }

            if (rule.Groups is { } groups)
            {
                DropGroups(groups, judged);
            }

            int[] chosen = Best(judged, rule.Chosen);
            float sum = chosen.Sum(expert => scores[expert]) + (rule.Score is RouterScore.Sigmoid ? 1e-20f : 0);
            foreach (int expert in chosen)
            {
                result.Add(new ExpertChoice(row, expert, (rule.Renormalise ? scores[expert] / sum : scores[expert]) * (float)rule.Factor));
            }
        }

        return result;
    }

    private static void Scores(RouterScore kind, ReadOnlySpan<float> logits, float[] scores)
    {
        if (kind is RouterScore.Sigmoid)
        {
            for (int expert = 0; expert < scores.Length; expert++)
            {
                scores[expert] = 1 / (1 + MathF.Exp(-logits[expert]));
            }

            return;
        }

        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = MathF.Max(largest, logit);
        }

        float sum = 0;
        for (int expert = 0; expert < scores.Length; expert++)
        {
            scores[expert] = MathF.Exp(logits[expert] - largest);
            sum += scores[expert];
        }

        for (int expert = 0; expert < scores.Length; expert++)
        {
            scores[expert] /= sum;
        }
    }

    /// <summary>Scores of the groups that do not stay become 0.</summary>
    private static void DropGroups(RouterGroups groups, float[] judged)
    {
        int size = judged.Length / groups.Count;
        float[] best = [.. Enumerable.Range(0, groups.Count).Select(group => judged.Skip(group * size).Take(size).OrderDescending().Take(groups.BestOf).Sum())];
        var kept = Best(best, groups.Kept).ToHashSet();
        for (int expert = 0; expert < judged.Length; expert++)
        {
            judged[expert] = kept.Contains(expert / size) ? judged[expert] : 0;
        }
    }

    private static int[] Best(float[] values, int count)
    {
        int[] chosen = new int[count];
        TopScores.Choose(values, chosen);
        return chosen;
    }
}
