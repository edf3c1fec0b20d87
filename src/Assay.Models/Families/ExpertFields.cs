using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Sizes of a mixture of experts, checked before any expert is described.</summary>
/// <param name="Count">Experts of a layer.</param>
/// <param name="Chosen">Experts per token.</param>
/// <param name="Layers">Layers that have experts, at most.</param>
internal sealed record ExpertFields(int Count, int Chosen, int Layers)
{
    private const int MostExperts = 1024;
    private const int MostInAll = 1 << 16;

    /// <summary>Refuses impossible sizes.</summary>
    /// <param name="fields">The configuration.</param>
    /// <param name="countName">Field of the number of experts.</param>
    public ExpertFields Checked(ConfigFields fields, string countName)
    {
        fields.RequireRange(countName, Count, 1, MostExperts);
        fields.Require(countName, (long)Count * Layers <= MostInAll, $"the model would have {(long)Count * Layers} experts; at most {MostInAll} are possible");
        fields.RequireRange("num_experts_per_tok", Chosen, 1, Count);
        return this;
    }

    /// <summary>The usual router: softmax over all experts, the best chosen.</summary>
    public RouterPlan Softmax(string name, bool renormalise) => new($"{name}.weight", Count, Chosen, RouterScore.Softmax, renormalise);

    /// <summary>The experts' mlps.</summary>
    public IReadOnlyList<GatedMlp> Each(Func<int, GatedMlp> make) => [.. Enumerable.Range(0, Count).Select(make)];
}
