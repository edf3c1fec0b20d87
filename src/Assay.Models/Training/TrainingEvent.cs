namespace Assay.Models.Training;

/// <summary>What one optimiser step reports.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Steps">Steps planned.</param>
/// <param name="Loss">Mean loss of the step in nats per token.</param>
/// <param name="LearningRate">Rate used.</param>
/// <param name="GradientNorm">Norm over all trained tensors before clipping.</param>
/// <param name="TokensPerSecond">Real tokens of recent steps per second; padding does not count.</param>
/// <param name="TimeLeft">Estimate from the recent pace.</param>
/// <param name="Note">Set when something happened that a person should know, such as a return to a checkpoint.</param>
public sealed record TrainingEvent(
    int Step,
    int Steps,
    double Loss,
    double LearningRate,
    double GradientNorm,
    double TokensPerSecond,
    TimeSpan TimeLeft,
    string? Note = null);
