namespace Assay.Models.Training;

/// <summary>One sequence with its loss mask.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Supervised">Whether predicting the token at the same place counts; the first token is never predicted.</param>
public sealed record TrainingSample(int[] Ids, bool[] Supervised);
