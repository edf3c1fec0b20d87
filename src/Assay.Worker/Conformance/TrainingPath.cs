using Assay.Models.Adapters;
using Assay.Models.Reference;
using Assay.Models.Training;

namespace Assay.Worker.Conformance;

/// <summary>How a computing path trains and applies an adapter, for checks that repeat a recorded run.</summary>
/// <param name="Name">What follows the <c>@</c>.</param>
/// <param name="Load">Loads an adapter folder for the base.</param>
/// <param name="Target">Trains an adapter on the base; the caller disposes the target, never the adapter.</param>
/// <param name="Logits">Largest difference between a case's logits with an adapter and recorded ones.</param>
internal sealed record TrainingPath(string Name, Func<string, LoraAdapter> Load, Func<LoraAdapter, ITrainingTarget> Target, Func<GoldenCase, LoraAdapter, float[], double> Logits)
{
    /// <summary>Most that a loss may differ by, relative to the recorded one, on a path that rounds its products, whose other figures are not comparable; null for an exact path.</summary>
    public double? RelativeLossLimit { get; init; }

    /// <summary>The reference path on a base that is opened when first needed.</summary>
    public static TrainingPath Reference(Lazy<ReferenceModel> model) => new(
        "reference",
        folder => PeftAdapterFile.Load(folder, model.Value.Plan),
        adapter => new ReferenceTarget(model.Value, adapter, fusedAttention: false),
        (rows, adapter, expected) => rows.Difference(model.Value.Logits(rows.Hidden(model.Value, adapter), adapter), expected));
}
