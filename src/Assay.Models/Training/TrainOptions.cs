namespace Assay.Models.Training;

/// <summary>Settings of a training run; every one enters the run's record.</summary>
public sealed record TrainOptions
{
    /// <summary>Optimiser steps, 1 or more.</summary>
    public required int Steps { get; init; }

    /// <summary>Micro-batches whose gradients are added up in one step, 1 or more.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>Peak learning rate η, above 0.</summary>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Course of the rate over the steps.</summary>
    public LearningRateSchedule Schedule { get; init; } = new(ScheduleKind.Cosine, 0);

    /// <summary>Gradients are scaled down to this norm; null leaves them.</summary>
    public double? ClipNorm { get; init; } = 1;

    /// <summary>Decoupled weight decay λ.</summary>
    public double WeightDecay { get; init; }

    /// <summary>β₁ of AdamW.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂ of AdamW.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε of AdamW.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Factor on the rate of an adapter's B matrices, 1 or more (LoRA+). Hayou, Ghosh and Yu 2024, arXiv:2402.12354.</summary>
    public double LoraPlusRatio { get; init; } = 1;

    /// <summary>What the loss is averaged over.</summary>
    public LossNormalisation Normalisation { get; init; } = LossNormalisation.Token;

    /// <summary>Noise on the embeddings, or null.</summary>
    public EmbeddingNoise? Noise { get; init; }

    /// <summary>Steps between checkpoints; 0 writes none before the end.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Folder for checkpoints; null keeps the last one in memory only, so nothing survives the process.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>What else decides the numbers, such as hashes of base, tokenizer and template; a checkpoint with other values is not resumed.</summary>
    public IReadOnlyDictionary<string, string> Identity { get; init; } = new Dictionary<string, string>();

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message gives both.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Accumulation, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointEvery, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(Schedule.WarmupSteps, 0);
        if (!(LearningRate is > 0 and < 10) || ClipNorm is <= 0 || WeightDecay is < 0 or >= 1
            || LoraPlusRatio is not (>= 1 and <= 1000) || Beta1 is < 0 or >= 1 || Beta2 is < 0 or >= 1 || Epsilon <= 0 || Noise is { Alpha: not (> 0 and < 1000) })
        {
            throw new ArgumentOutOfRangeException(
                nameof(TrainOptions),
                this,
                "LearningRate must be in (0, 10), ClipNorm above 0 or null, WeightDecay, Beta1 and Beta2 in [0, 1), Epsilon above 0, LoraPlusRatio in [1, 1000], the noise's Alpha in (0, 1000).");
        }
    }
}
