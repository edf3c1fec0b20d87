namespace Assay.Models.Engine;

/// <summary>One linear layer under its hub name: y = x Wᵀ + b.</summary>
/// <param name="Name">Module path, such as <c>model.layers.0.self_attn.q_proj</c>; adapters are attached by it.</param>
/// <param name="In">Inputs K.</param>
/// <param name="Out">Outputs O; the weight is [O, K].</param>
/// <param name="Bias">Whether <c>Name.bias</c>, [O], exists.</param>
public sealed record LinearModule(string Name, int In, int Out, bool Bias);
