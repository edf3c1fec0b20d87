namespace Assay.Models.Engine.Plans;

/// <summary>Output projection to logits.</summary>
/// <param name="Table">Name of the [V, D] weight; the embedding table when tied.</param>
/// <param name="Tied">Whether the head is the embedding table itself.</param>
/// <param name="SoftCap">c: logits become c · tanh(logit / c), or null.</param>
public sealed record HeadPlan(string Table, bool Tied, double? SoftCap = null)
{
    /// <summary>Name the head's weight has as one of its own; of a tied head no checkpoint has it.</summary>
    public string OwnTable { get; init; } = Tied ? "lm_head.weight" : Table;

    /// <summary>The head's own table, unless the configuration ties it to the embeddings or the checkpoint lacks one.</summary>
    /// <param name="embedding">Name of the embedding table.</param>
    /// <param name="own">Name of the head's own table.</param>
    /// <param name="tied">Whether the configuration ties.</param>
    /// <param name="prefix">Prefix that stored names may add or lack.</param>
    /// <param name="stored">Names of the stored weights, or null when only the configuration is known.</param>
    internal static HeadPlan Of(string embedding, string own, bool tied, string prefix, IReadOnlyCollection<string>? stored)
    {
        string other = own.StartsWith(prefix, StringComparison.Ordinal) ? own[prefix.Length..] : prefix + own;
        bool lacking = stored is not null && !stored.Any(name => name == own || name == other);
        return tied || lacking ? new HeadPlan(embedding, Tied: true) { OwnTable = own } : new HeadPlan(own, Tied: false);
    }
}
