using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>Where a base's weights come from.</summary>
/// <param name="Read">A weight in its stored shape and type, NF4 expanded; whoever asks disposes it.</param>
/// <param name="Quantised">A linear layer's weight in NF4, or null to keep that layer as it is.</param>
internal sealed record WeightSource(Func<WeightPlan, Tensor> Read, Func<WeightPlan, Nf4Matrix?> Quantised);
