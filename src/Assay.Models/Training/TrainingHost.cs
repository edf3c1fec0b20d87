namespace Assay.Models.Training;

/// <summary>What surrounds a training loop.</summary>
/// <param name="Clock">For pace and estimates.</param>
/// <param name="Report">Receives one event per step, on the training thread.</param>
/// <param name="Control">Pause and cancel requests; any thread may make them.</param>
public sealed record TrainingHost(TimeProvider Clock, Action<TrainingEvent> Report, TrainingControl Control);
