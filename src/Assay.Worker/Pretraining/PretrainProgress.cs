namespace Assay.Worker.Pretraining;

/// <summary>What a pre-training run has done.</summary>
/// <param name="Step">Optimiser steps.</param>
/// <param name="Plan">The plan it followed.</param>
/// <param name="CorpusTokens">Tokens of the documents.</param>
/// <param name="Documents">Training documents.</param>
internal sealed record PretrainProgress(int Step, PretrainPlan Plan, long CorpusTokens, int Documents);
