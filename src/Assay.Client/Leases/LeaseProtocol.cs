using System.Text.Json;
using Assay.Client.Runs;

namespace Assay.Client.Leases;

/// <summary>Asks for the next job. The server answers 204 after some seconds without one.</summary>
/// <param name="Kind">validate, train, infer or export.</param>
/// <param name="Worker">Name of the asking process, for logs and release.</param>
public sealed record LeaseRequest(string Kind, string Worker);

/// <summary>A job that belongs to this worker until <paramref name="Until"/>, as long as heartbeats carry its token.</summary>
/// <param name="Token">Fencing token: a write with an older one changes nothing.</param>
public sealed record LeaseGrant(long Job, long Token, string Kind, DateTimeOffset Until, JsonElement Payload);

/// <param name="Cancel">The worker is to stop the job at the next step and keep nothing.</param>
/// <param name="Wish">pause: keep a checkpoint and stop. stop: keep a checkpoint, save the adapter as the result and stop. Absent: go on.</param>
public sealed record HeartbeatAnswer(bool Cancel, string? Wish = null);

/// <summary>What a validation worker needs to know; the file itself is fetched from <c>/api/leases/{job}/blob</c>.</summary>
/// <param name="Request">The inspection request as <c>Assay.Data</c> defines it: profile, context and salt.</param>
public sealed record ValidatePayload(string ContributionId, string FileName, long Bytes, JsonElement Request);

/// <summary>What a training worker needs to know, the records themselves included.</summary>
/// <param name="BaseFolder">Folder of the base model on this machine, read only.</param>
/// <param name="WorkFolder">Folder for checkpoints; kept until the job ends, so a second attempt resumes.</param>
/// <param name="OutputFolder">Where the adapter is to be saved in PEFT layout.</param>
/// <param name="CheckpointsFolder">Where adapters of evaluations are to be kept, each in a folder <c>step-N</c> in PEFT layout.</param>
/// <param name="StartFromFolder">An adapter to train further; absent: a fresh one.</param>
/// <param name="Wish">What is wished of the job before it begins, as in a heartbeat's answer.</param>
public sealed record TrainPayload(string RunId, RunSettings Settings, string BaseFolder, string WorkFolder, string OutputFolder, string CheckpointsFolder,
    string? StartFromFolder, IReadOnlyList<TrainRecord> Train, IReadOnlyList<TrainRecord> HoldOut, string? Wish = null);

/// <param name="Turns">In order, with the roles system, user and assistant; running text is one turn without a role.</param>
public sealed record TrainRecord(long Id, IReadOnlyList<Chat.ChatTurn> Turns);

/// <summary>Progress of a training job.</summary>
/// <param name="State">preparing or running.</param>
/// <param name="Evaluations">What was measured since the last report.</param>
public sealed record TrainProgress(string State, int Steps, IReadOnlyList<RunPoint> Points, IReadOnlyList<TrainEvaluation>? Evaluations = null);

/// <summary>One look at the held-out records on the way.</summary>
/// <param name="HoldOutLoss">Mean loss in nats per trained token; absent without hold-out.</param>
/// <param name="Best">Held-out records with the lowest loss, lowest first.</param>
/// <param name="Worst">Those with the highest, highest first.</param>
/// <param name="Answers">What the model says to the same prompts each time.</param>
/// <param name="Kept">Whether the adapter of this step was kept.</param>
public sealed record TrainEvaluation(int Step, double? HoldOutLoss, IReadOnlyList<RecordLoss> Best, IReadOnlyList<RecordLoss> Worst, IReadOnlyList<RecordAnswer> Answers, bool Kept);

/// <param name="Loss">Nats per trained token.</param>
public sealed record RecordLoss(long RecordId, double Loss);

/// <param name="Text">The model's answer to the record's prompt.</param>
public sealed record RecordAnswer(long RecordId, string Text);

/// <summary>The end of a training job.</summary>
/// <param name="Outcome">succeeded, stopped (with a result), paused, cancelled or failed.</param>
/// <param name="Failure">For a failure: what happened and what to do, as a sentence.</param>
/// <param name="Note">What else the owner should know, such as that it ended early.</param>
public sealed record TrainResult(string Outcome, string? Failure, int Step, double? Loss, double? BaseLoss, double? TunedLoss, string? AdapterSha256, string? Note = null);

/// <summary>What an export worker needs to know.</summary>
/// <param name="BaseFolder">Folder of the base model, read only.</param>
/// <param name="AdapterFolder">The tuned adapter in PEFT layout, read only.</param>
/// <param name="Folder">Where the files are to be written; not there yet, its parent is.</param>
/// <param name="FileName">Name of the file, for a format of one file.</param>
/// <param name="Format">adapter, safetensors or gguf.</param>
/// <param name="Type">Number format of the weights; absent for an adapter.</param>
public sealed record ExportPayload(string ExportId, string BaseFolder, string AdapterFolder, string Folder, string FileName, string Format, string? Type);

/// <summary>The end of an export.</summary>
/// <param name="Outcome">done, cancelled or failed.</param>
/// <param name="Failure">For a failure: what happened and what to do, as a sentence.</param>
/// <param name="Files">What was written.</param>
public sealed record ExportResult(string Outcome, string? Failure, Models.ParityView? Parity, IReadOnlyList<Models.ExportFile> Files);

/// <summary>A question for the resident inference worker.</summary>
/// <param name="AdapterFolder">Absent: the base model answers.</param>
public sealed record InferPayload(string Id, string BaseFolder, string? AdapterFolder, IReadOnlyList<Chat.ChatTurn> Messages, double Temperature, double TopP, int TopK,
    double RepetitionPenalty, int MaxTokens, long Seed, IReadOnlyList<string> Stop);

/// <summary>One line of the worker's answer: a piece of text, or the end.</summary>
/// <param name="End">Present on the last line only.</param>
public sealed record InferChunk(string? Text = null, InferEnd? End = null, string? Error = null);

/// <param name="TokenIds">The reply's tokens, without the end token.</param>
/// <param name="TunedMillibits">−Σ log₂ p of the reply with the adapter, in thousandths of a bit.</param>
/// <param name="BaseMillibits">The same without the adapter; equal for a base model.</param>
public sealed record InferEnd(IReadOnlyList<int> TokenIds, int PromptTokens, string StopReason, long TunedMillibits, long BaseMillibits);
