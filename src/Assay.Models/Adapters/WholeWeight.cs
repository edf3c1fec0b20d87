using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>A weight of the base that an adapter replaces: one of a module stored whole, or a bias.</summary>
/// <param name="Slot">Which weight, and what PEFT calls it.</param>
/// <param name="Value">fp32, in the weight's stored shape.</param>
public sealed record WholeWeight(WholeSlot Slot, Tensor Value);
