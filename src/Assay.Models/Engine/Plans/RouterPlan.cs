namespace Assay.Models.Engine.Plans;

/// <summary>How a token chooses experts. All arithmetic is fp32; among equal scores the choice is that of libtorch's <c>topk</c> (<see cref="TopScores"/>).</summary>
/// <param name="Table">Name of the [experts, D] weight.</param>
/// <param name="Experts">E.</param>
/// <param name="Chosen">Experts per token.</param>
/// <param name="Score">From logits to scores.</param>
/// <param name="Renormalise">Whether the chosen weights are divided by their sum.</param>
/// <param name="Factor">Factor on the weights afterwards.</param>
/// <param name="Groups">Limits the choice to the best groups of experts, or null.</param>
/// <param name="CorrectionBias">Name of an [experts] buffer added to the scores for choosing only, or null.</param>
public sealed record RouterPlan(
    string Table,
    int Experts,
    int Chosen,
    RouterScore Score,
    bool Renormalise,
    double Factor = 1,
    RouterGroups? Groups = null,
    string? CorrectionBias = null);
