namespace Assay.Models.Training;

/// <summary>How a run ended.</summary>
/// <param name="Status">Succeeded, paused, cancelled, or failed.</param>
/// <param name="Step">Last step whose update is in the weights.</param>
/// <param name="Reason">Why it failed, as a sentence; null otherwise.</param>
public sealed record TrainingOutcome(TrainingStatus Status, int Step, string? Reason = null);
