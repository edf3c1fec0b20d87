namespace Assay.Models.Export;

/// <summary>How an exported model answers beside the one that was tested.</summary>
/// <param name="Prompts">Prompts that both answered.</param>
/// <param name="Tokens">Tokens of the tested model's greedy answers, over which logits are compared.</param>
/// <param name="MaxLogitDifference">Largest difference of two logits.</param>
/// <param name="MeanKl">Mean Kullback–Leibler divergence of the exported model's next-token distribution from the tested one's, in nats.</param>
/// <param name="EqualTop">Share of the tokens at which both find the same token likeliest, 0 to 1.</param>
/// <param name="EqualReplies">Prompts to which both give the same greedy answer.</param>
/// <param name="Passed">Whether the figures are within <paramref name="Limit"/>.</param>
/// <param name="Limit">What was asked of the figures, as a sentence.</param>
public sealed record ParityReport(int Prompts, int Tokens, double MaxLogitDifference, double MeanKl, double EqualTop, int EqualReplies, bool Passed, string Limit);
