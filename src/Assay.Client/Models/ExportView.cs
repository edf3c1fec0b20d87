namespace Assay.Client.Models;

/// <summary>Asks for a tuned model as files. POST /api/v1/runs/{id}/exports.</summary>
/// <param name="Format">adapter, safetensors or gguf.</param>
/// <param name="Type">Number format of the weights: bf16, f16, f32 or nf4 for safetensors; bf16, f16, f32 or q8_0 for gguf; absent for an adapter.</param>
public sealed record ExportRequest(string Format, string? Type = null);

/// <summary>A tuned model as files.</summary>
/// <param name="State">queued, running, done or failed.</param>
/// <param name="Failure">For a failure: what happened and what to do.</param>
/// <param name="Parity">How the files, loaded again, answer beside the model that was tested.</param>
/// <param name="Files">What can be fetched from /api/v1/exports/{id}/files/{name}; empty until it is done.</param>
/// <param name="LedgerIndex">The ledger's entry on it; absent until it is written.</param>
public sealed record ExportView(string Id, string RunId, string Format, string? Type, string State, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, string? Failure,
    ParityView? Parity, IReadOnlyList<ExportFile> Files, long? LedgerIndex);

/// <summary>One file of an export.</summary>
public sealed record ExportFile(string Name, long Bytes, string Sha256);

/// <summary>How exported files, loaded again, answer beside the model that was tested.</summary>
/// <param name="Verdict">pass or differs.</param>
/// <param name="Prompts">Fixed prompts that both answered.</param>
/// <param name="Tokens">Tokens of the tested model's greedy answers, over which logits are compared.</param>
/// <param name="MaxLogitDifference">Largest difference of two logits.</param>
/// <param name="MeanKl">Mean Kullback–Leibler divergence of the next-token distributions, in nats.</param>
/// <param name="EqualTop">Share of the tokens at which both find the same token likeliest, 0 to 1.</param>
/// <param name="EqualReplies">Prompts with the same greedy answer.</param>
/// <param name="Limit">What was asked of the figures.</param>
public sealed record ParityView(string Verdict, int Prompts, int Tokens, double MaxLogitDifference, double MeanKl, double EqualTop, int EqualReplies, string Limit);
