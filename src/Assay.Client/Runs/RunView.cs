namespace Assay.Client.Runs;

/// <summary>One fine-tuning run.</summary>
/// <param name="State">draft, queued, preparing, running, paused, stopping, succeeded, stopped, failed or cancelled.</param>
/// <param name="Failure">Why it failed, as a sentence with what to do.</param>
/// <param name="BaseLoss">Mean hold-out loss before training, nats per trained token.</param>
/// <param name="TunedLoss">The same after training.</param>
/// <param name="Note">What else its owner should know of how it ended, such as that it ended early.</param>
/// <param name="QueuePosition">Runs that are trained before it, while it waits: 0 is next. Absent otherwise.</param>
/// <param name="Removed">Files that it, or a run it goes on from, was trained on and that were removed since.</param>
public sealed record RunView(string Id, string Name, string State, string Base, IReadOnlyList<string> Snapshots, RunSettings Settings, string OwnerId,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, int Step, int Steps, double? Loss, double? BaseLoss, double? TunedLoss,
    string? Failure, string? AdapterSha256, string? ModelName, long? LedgerIndex, int TrainRecords, int HoldOutRecords, string? StartFrom = null, int Removed = 0,
    string? Note = null, int Priority = 0, int? QueuePosition = null, IReadOnlyList<double>? Weights = null);

/// <summary>What a run is to do.</summary>
/// <param name="Base">Name of the base model.</param>
/// <param name="Snapshots">Ids of the frozen datanet versions to train on.</param>
/// <param name="Name">1 to 80 characters; the tuned model gets a name made from it.</param>
/// <param name="StartFrom">A run whose adapter is trained further.</param>
/// <param name="Weights">How often the records of each version count, 0.1 to 10, one number per version; absent: once.</param>
/// <param name="Priority">-10 to 10; higher runs are trained first, and only the operator may go above 0.</param>
public sealed record StartRunRequest(string Base, IReadOnlyList<string> Snapshots, string Name, RunSettings? Settings = null, string? StartFrom = null,
    IReadOnlyList<double>? Weights = null, int Priority = 0);

/// <summary>One look at a run's held-out records on the way.</summary>
/// <param name="HoldOutLoss">Nats per trained token; absent without hold-out.</param>
/// <param name="IsBest">Whether no other evaluation has a lower loss.</param>
/// <param name="Model">Name under which the adapter of this step can be asked; absent when it is not kept.</param>
public sealed record RunEvaluation(int Step, double? HoldOutLoss, bool IsBest, string? Model, DateTimeOffset At, IReadOnlyList<EvaluatedRecord> Best,
    IReadOnlyList<EvaluatedRecord> Worst, IReadOnlyList<EvaluatedRecord> Answers);

/// <param name="Loss">Nats per trained token; absent for an answer.</param>
/// <param name="Prompt">What was asked; empty for running text.</param>
/// <param name="Text">What stands in the record.</param>
/// <param name="Answer">What the model said.</param>
public sealed record EvaluatedRecord(long RecordId, string ContributionId, double? Loss, string Prompt, string Text, string? Answer = null);

/// <summary>One point of a run's curves; members that were not measured at this step are absent.</summary>
public sealed record RunPoint(int Step, double? Loss = null, double? LearningRate = null, double? GradientNorm = null, double? TokensPerSecond = null,
    double? HoldOutLoss = null, double? SecondsLeft = null, long? MemoryBytes = null, string? Message = null);

/// <summary>One record of a run.</summary>
/// <param name="HoldOut">Kept out of training, for evaluation.</param>
public sealed record RunRecord(long Id, string ContributionId, string Prompt, bool HoldOut);

/// <summary>What a run would be trained on, counted before it is started.</summary>
/// <param name="Records">Records that are trained, those that count several times so often.</param>
/// <param name="HeldOut">Records kept for evaluation.</param>
/// <param name="Tokens">Tokens of an epoch.</param>
/// <param name="TrainableTokens">Those that the loss counts.</param>
/// <param name="Truncated">Records that are longer than the cut-off.</param>
/// <param name="Emptied">Records without any token to learn: cut off before their answer, or empty.</param>
/// <param name="Unmarked">Those of them in whose rendering the template leaves no answer to be found.</param>
/// <param name="Duplicates">Records whose text stands in an earlier one.</param>
/// <param name="Lengths">Records by length in tokens, in classes of equal width.</param>
/// <param name="Refusal">Why a run like this is not started; absent when it may be.</param>
/// <param name="Warnings">What else should be known.</param>
public sealed record RunLook(int Records, int HeldOut, long Tokens, long TrainableTokens, int Truncated, int Emptied, int Unmarked, int Duplicates,
    IReadOnlyList<LengthClass> Lengths, IReadOnlyList<Datanets.PreviewSample> Samples, string? Refusal, IReadOnlyList<string> Warnings);

/// <param name="UpTo">Longest sequence of the class, in tokens.</param>
public sealed record LengthClass(int UpTo, int Records);
