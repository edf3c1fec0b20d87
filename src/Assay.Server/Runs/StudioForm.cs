using Assay.Client.Runs;

namespace Assay.Server.Runs;

/// <summary>The studio's fields while a person edits them; <see cref="ToSettings"/> is what the API gets.</summary>
public sealed class StudioForm
{
    private StudioForm(RunSettings settings) => Take(settings);

    public string Name { get; set; } = "";
    public double? LearningRate { get; set; }
    public int Rank { get; set; }
    public double Alpha { get; set; }
    public double Dropout { get; set; }
    public string TargetModules { get; set; } = "";
    public double Epochs { get; set; }
    public int? MaxSteps { get; set; }
    public int BatchSize { get; set; }
    public int GradientAccumulation { get; set; }
    public string Schedule { get; set; } = "";
    public double WarmUp { get; set; }
    public double WeightDecay { get; set; }
    public double MaxGradientNorm { get; set; }
    public int CutOff { get; set; }
    public bool LossOnPrompts { get; set; }
    public double HoldOut { get; set; }
    public int? EvaluateEvery { get; set; }
    public int CheckpointEvery { get; set; }
    public int Seed { get; set; }

    public static StudioForm Default() => new(new RunSettings());

    /// <summary>Fills every field but the name.</summary>
    public void Take(RunSettings settings)
    {
        LearningRate = settings.LearningRate;
        Rank = settings.Rank;
        Alpha = settings.Alpha;
        Dropout = settings.Dropout;
        TargetModules = settings.TargetModules;
        Epochs = settings.Epochs;
        MaxSteps = settings.MaxSteps;
        BatchSize = settings.BatchSize;
        GradientAccumulation = settings.GradientAccumulation;
        Schedule = settings.Schedule;
        WarmUp = settings.WarmUp;
        WeightDecay = settings.WeightDecay;
        MaxGradientNorm = settings.MaxGradientNorm;
        CutOff = settings.CutOff;
        LossOnPrompts = settings.LossOnPrompts;
        HoldOut = settings.HoldOut;
        EvaluateEvery = settings.EvaluateEvery;
        CheckpointEvery = settings.CheckpointEvery;
        Seed = settings.Seed;
    }

    public RunSettings ToSettings() => new(LearningRate, Rank, Alpha, Dropout, TargetModules, Epochs, MaxSteps, BatchSize, GradientAccumulation, Schedule, WarmUp,
        WeightDecay, MaxGradientNorm, CutOff, LossOnPrompts, HoldOut, EvaluateEvery, CheckpointEvery, Seed);
}
