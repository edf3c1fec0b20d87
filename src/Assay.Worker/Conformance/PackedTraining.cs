using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using Assay.Models.Training;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Training paths that run on the packed path; what they open lives until this is disposed.</summary>
/// <param name="plan">The base.</param>
/// <param name="open">Opens the base in a format, with an adapter.</param>
internal sealed class PackedTraining(Func<DecoderPlan> plan, Func<FrozenFormat, LoraAdapter, PackedModel> open) : IDisposable
{
    private const double RoundedLossLimit = 0.02;

    private readonly List<PackedModel> opened = [];

    /// <summary>The path of a format. One that rounds its products is held to its losses only.</summary>
    public TrainingPath Path(FrozenFormat format) => new(
        PackedModel.PathName(format),
        folder => PeftAdapterFile.Load(folder, plan()),
        adapter => new PackedTarget(Open(format, adapter).Engine),
        (rows, adapter, expected) =>
        {
            using var scope = NewDisposeScope();
            using var model = open(format, adapter);
            return rows.Difference(rows.Padded(model.Engine.Logits(rows.Packed(null))), expected);
        })
    {
        RelativeLossLimit = format is FrozenFormat.Bf16 or FrozenFormat.Nf4 ? RoundedLossLimit : null,
    };

    public void Dispose() => opened.ForEach(model => model.Dispose());

    private PackedModel Open(FrozenFormat format, LoraAdapter adapter)
    {
        var model = open(format, adapter);
        opened.Add(model);
        return model;
    }
}
