namespace Assay.Worker.Pretraining;

/// <summary>What a pre-training run has done.</summary>
/// <param name="Step">Optimiser steps.</param>
/// <param name="Plan">The plan it followed.</param>
/// <param name="Data">What it was trained on.</param>
internal sealed record PretrainProgress(int Step, PretrainPlan Plan, PretrainData Data);
