using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Decode;

/// <summary>A norm with its weights: fp32 [Width] each.</summary>
/// <param name="Plan">Formula, ε, width.</param>
/// <param name="Weight">Scale; 1 is added already where the formula says so.</param>
/// <param name="Bias">Shift of a layer norm, else 0.</param>
internal sealed record DecodeNorm(NormPlan Plan, nint Weight, nint Bias);
