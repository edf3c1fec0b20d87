namespace Assay.Client.Runs;

/// <summary>The settings of a fine-tune. What is left out takes the default; <see cref="RunSettingList"/> has range and meaning of each.</summary>
public sealed record RunSettings
{
    /// <summary>lora, qlora or dora.</summary>
    public string Method { get; init; } = "lora";

    /// <summary>sft trains answers in the model's chat template; text trains everything as running text.</summary>
    public string Objective { get; init; } = "sft";

    /// <summary>Seed of adapter, order, dropout and noise.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Peak learning rate; absent: chosen by rank and size of the base.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Passes over the records.</summary>
    public double Epochs { get; init; } = 3;

    /// <summary>Ends the run earlier; absent: epochs decide.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Sequences per micro-batch.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>Micro-batches per step.</summary>
    public int GradientAccumulation { get; init; } = 4;

    /// <summary>cosine, linear or constant.</summary>
    public string Schedule { get; init; } = "cosine";

    /// <summary>Share of the steps with a rising rate.</summary>
    public double WarmUp { get; init; } = 0.03;

    /// <summary>β₁ of AdamW.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂ of AdamW.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε of AdamW.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Gradients are scaled down to this norm; 0: they are not.</summary>
    public double MaxGradientNorm { get; init; } = 1.0;

    /// <summary>Strength of the noise on embeddings; 0: none.</summary>
    public double NeftuneAlpha { get; init; }

    /// <summary>Rank of the adapter.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>Strength of the adapter: its update is scaled by alpha / rank.</summary>
    public double Alpha { get; init; } = 32;

    /// <summary>Share of the adapter's inputs that training drops.</summary>
    public double Dropout { get; init; }

    /// <summary><c>all-linear</c> or names separated by commas.</summary>
    public string TargetModules { get; init; } = "all-linear";

    /// <summary>Scales by alpha / √rank.</summary>
    public bool Rslora { get; init; }

    /// <summary>How many times faster the adapter's B matrices learn than its A matrices.</summary>
    public double LoraPlusRatio { get; init; } = 1;

    /// <summary>Modules that are trained and stored whole, separated by commas.</summary>
    public string ModulesToSave { get; init; } = "";

    /// <summary>Longest sequence in tokens, 64 to the model's limit.</summary>
    public int CutOff { get; init; } = 512;

    /// <summary>Whether the prompts are trained, too.</summary>
    public bool LossOnPrompts { get; init; }

    /// <summary>Whether earlier answers of a conversation are trained, or the last one only.</summary>
    public bool LossOnEarlierTurns { get; init; } = true;

    /// <summary>Most records; more are left out by chance.</summary>
    public int MaxRecords { get; init; } = 100_000;

    /// <summary>Records of files with a lower score are left out.</summary>
    public int MinScore { get; init; }

    /// <summary>A fresh order each epoch, or the order of the versions.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Share of clusters kept for evaluation.</summary>
    public double HoldOut { get; init; } = 0.1;

    /// <summary>Steps between evaluations; absent: ten per run.</summary>
    public int? EvaluateEvery { get; init; }

    /// <summary>Held-out records with the lowest and with the highest loss that each evaluation shows, and prompts it lets the model answer.</summary>
    public int Samples { get; init; } = 3;

    /// <summary>Evaluations in a row without a lower hold-out loss that end the run; 0: none do.</summary>
    public int EarlyStop { get; init; } = 3;

    /// <summary>The adapter of the evaluation with the lowest hold-out loss is kept, not the last one.</summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>Steps between checkpoints.</summary>
    public int CheckpointEvery { get; init; } = 100;

    /// <summary>Adapters of evaluations that stay usable beside the result.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Steps between points of the curves.</summary>
    public int LogEvery { get; init; } = 1;

    /// <summary>auto, bf16, fp32 or int8: how the frozen base is kept and multiplied.</summary>
    public string ComputeType { get; init; } = "auto";
}
