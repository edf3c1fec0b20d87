using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>A trained tensor and the gradient summed up for it.</summary>
/// <param name="Name">Name as <see cref="Adapters.LoraAdapter.Parameters"/> gives it.</param>
/// <param name="Value">Master, fp32.</param>
/// <param name="Gradient">Same shape, fp32.</param>
internal sealed record EngineParameter(string Name, Tensor Value, Tensor Gradient);
