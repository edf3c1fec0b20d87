using Assay.Models.Engine.Plans;

namespace Assay.Models.Adapters;

/// <summary>A place for a <see cref="WholeWeight"/>.</summary>
/// <param name="Weight">The plan's weight; for a tied head the head's own name, which no checkpoint has.</param>
/// <param name="Key">PEFT's key in a file, without <c>base_model.model.</c>.</param>
/// <param name="RunningName">PEFT's name while training.</param>
/// <param name="Required">Whether a file must hold it.</param>
public sealed record WholeSlot(WeightPlan Weight, string Key, string RunningName, bool Required);
