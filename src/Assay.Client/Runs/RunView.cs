namespace Assay.Client.Runs;

/// <summary>One fine-tuning run.</summary>
/// <param name="State">draft, queued, preparing, running, paused, stopping, succeeded, stopped, failed or cancelled.</param>
/// <param name="Failure">Why it failed, as a sentence with what to do.</param>
/// <param name="BaseLoss">Mean hold-out loss before training, nats per trained token.</param>
/// <param name="TunedLoss">The same after training.</param>
/// <param name="Removed">Files that it, or a run it goes on from, was trained on and that were removed since.</param>
public sealed record RunView(string Id, string Name, string State, string Base, IReadOnlyList<string> Snapshots, RunSettings Settings, string OwnerId,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, int Step, int Steps, double? Loss, double? BaseLoss, double? TunedLoss,
    string? Failure, string? AdapterSha256, string? ModelName, long? LedgerIndex, int TrainRecords, int HoldOutRecords, string? StartFrom = null, int Removed = 0);

/// <summary>What a run is to do.</summary>
/// <param name="Base">Name of the base model.</param>
/// <param name="Snapshots">Ids of the frozen datanet versions to train on.</param>
/// <param name="Name">1 to 80 characters; the tuned model gets a name made from it.</param>
/// <param name="StartFrom">A succeeded run whose adapter is trained further.</param>
public sealed record StartRunRequest(string Base, IReadOnlyList<string> Snapshots, string Name, RunSettings? Settings = null, string? StartFrom = null);

/// <summary>The settings of a LoRA fine-tune; product defaults.</summary>
/// <param name="LearningRate">1e-7 to 1e-1; absent: chosen by rank and size of the base.</param>
/// <param name="Rank">1 to 256.</param>
/// <param name="Alpha">1 to 1,024.</param>
/// <param name="Dropout">0 to 0.5.</param>
/// <param name="TargetModules"><c>all-linear</c> or names separated by commas.</param>
/// <param name="Epochs">0.1 to 100.</param>
/// <param name="MaxSteps">Ends the run earlier; absent: epochs decide.</param>
/// <param name="BatchSize">Sequences per micro-batch, 1 to 512.</param>
/// <param name="GradientAccumulation">Micro-batches per step, 1 to 1,024.</param>
/// <param name="Schedule">cosine, linear or constant.</param>
/// <param name="WarmUp">Share of the steps, 0 to 0.5.</param>
/// <param name="CutOff">Longest sequence in tokens, 64 to the model's limit.</param>
/// <param name="LossOnPrompts">Whether the prompts are trained, too.</param>
/// <param name="HoldOut">Share of clusters kept for evaluation, 0 to 0.5.</param>
/// <param name="EvaluateEvery">Steps between evaluations; absent: ten per run.</param>
/// <param name="CheckpointEvery">Steps between checkpoints, 1 to 100,000.</param>
public sealed record RunSettings(double? LearningRate = null, int Rank = 16, double Alpha = 32, double Dropout = 0, string TargetModules = "all-linear",
    double Epochs = 3, int? MaxSteps = null, int BatchSize = 4, int GradientAccumulation = 4, string Schedule = "cosine", double WarmUp = 0.03,
    double WeightDecay = 0, double MaxGradientNorm = 1.0, int CutOff = 512, bool LossOnPrompts = false, double HoldOut = 0.1, int? EvaluateEvery = null,
    int CheckpointEvery = 100, int Seed = 42);

/// <summary>One point of a run's curves; members that were not measured at this step are absent.</summary>
public sealed record RunPoint(int Step, double? Loss = null, double? LearningRate = null, double? GradientNorm = null, double? TokensPerSecond = null,
    double? HoldOutLoss = null, double? SecondsLeft = null, long? MemoryBytes = null, string? Message = null);

/// <summary>One record of a run.</summary>
/// <param name="HoldOut">Kept out of training, for evaluation.</param>
public sealed record RunRecord(long Id, string ContributionId, string Prompt, bool HoldOut);
