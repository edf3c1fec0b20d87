namespace Assay.Models.Engine;

/// <summary>Root-mean-square norm: y = x / √(mean(x²) + ε) ⊙ w.</summary>
/// <param name="Name">Module path; the weight is <c>Name.weight</c>, [D].</param>
/// <param name="Epsilon">ε.</param>
/// <remarks>Zhang and Sennrich 2019, arXiv:1910.07467.</remarks>
public sealed record NormPlan(string Name, double Epsilon);
