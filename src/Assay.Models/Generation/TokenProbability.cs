namespace Assay.Models.Generation;

/// <summary>How likely a token was.</summary>
/// <param name="Id">Token id.</param>
/// <param name="LogProbability">Natural logarithm of its probability under the untouched logits.</param>
public readonly record struct TokenProbability(int Id, double LogProbability);
