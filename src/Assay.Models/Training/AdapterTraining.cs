using Assay.Models.Adapters;
using Assay.Models.Reference;

namespace Assay.Models.Training;

/// <summary>Fine-tunes an adapter on a resident base: the whole of a run between loading and saving.</summary>
public static class AdapterTraining
{
    /// <summary>Trains, continuing from the newest checkpoint of <see cref="TrainOptions.CheckpointFolder"/> if there is one. The adapter is changed in place; the base is not.</summary>
    /// <param name="model">The base, such as <see cref="BaseModel.Weights"/>.</param>
    /// <param name="adapter">A new adapter, or one to refine.</param>
    /// <param name="data">Samples; <see cref="SampleData"/> for instruction data.</param>
    /// <param name="options">How; put hashes of base, tokenizer and template into <see cref="TrainOptions.Identity"/>.</param>
    /// <param name="host">Clock, progress, pause and cancel.</param>
    /// <exception cref="InvalidCheckpointException">The checkpoint folder belongs to another run, or is damaged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option or a token id is outside its range.</exception>
    public static TrainingOutcome Run(ReferenceModel model, LoraAdapter adapter, ITrainingData data, TrainOptions options, TrainingHost host)
    {
        using var target = new TrainingTarget(model, adapter, fusedAttention: true);
        using var trainer = new Trainer(target, data, options, host.Clock);
        trainer.Resume();
        return trainer.Run(host.Report, host.Control);
    }
}
