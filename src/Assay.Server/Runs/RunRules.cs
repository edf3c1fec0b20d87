using System.Globalization;
using Assay.Client.Runs;

namespace Assay.Server.Runs;

/// <summary>Legal ranges of a run's settings and the defaults that depend on others. Pure.</summary>
internal static class RunRules
{
    private const long SmallBase = 50_000_000;

    /// <summary>Why settings cannot be used, with the legal range; null when they can.</summary>
    public static string? Refuse(RunSettings settings, int context) => settings switch
    {
        { LearningRate: < 1e-7 or > 1e-1 } => $"learning_rate is {settings.LearningRate}; it may be 1e-7 to 1e-1.",
        { LearningRate: double.NaN } => "learning_rate is not a number.",
        { Rank: < 1 or > 256 } => $"rank is {settings.Rank}; it may be 1 to 256.",
        { Alpha: not (>= 1 and <= 1024) } => $"alpha is {settings.Alpha}; it may be 1 to 1,024.",
        { Dropout: not (>= 0 and <= 0.5) } => $"dropout is {settings.Dropout}; it may be 0 to 0.5.",
        { Epochs: not (>= 0.1 and <= 100) } => $"epochs is {settings.Epochs}; it may be 0.1 to 100.",
        { MaxSteps: < 1 or > 1_000_000 } => $"max_steps is {settings.MaxSteps}; it may be 1 to 1,000,000.",
        { BatchSize: < 1 or > 512 } => $"batch_size is {settings.BatchSize}; it may be 1 to 512.",
        { GradientAccumulation: < 1 or > 1024 } => $"gradient_accumulation is {settings.GradientAccumulation}; it may be 1 to 1,024.",
        { Schedule: not ("cosine" or "linear" or "constant") } => $"schedule is '{settings.Schedule}'; it may be cosine, linear or constant.",
        { WarmUp: not (>= 0 and <= 0.5) } => $"warm_up is {settings.WarmUp}; it may be 0 to 0.5.",
        { WeightDecay: not (>= 0 and <= 1) } => $"weight_decay is {settings.WeightDecay}; it may be 0 to 1.",
        { MaxGradientNorm: not (>= 0 and <= 100) } => $"max_gradient_norm is {settings.MaxGradientNorm}; it may be 0 (off) to 100.",
        { HoldOut: not (>= 0 and <= 0.5) } => $"hold_out is {settings.HoldOut}; it may be 0 to 0.5.",
        { EvaluateEvery: < 1 } => $"evaluate_every is {settings.EvaluateEvery}; it may be 1 or more steps.",
        { CheckpointEvery: < 1 or > 100_000 } => $"checkpoint_every is {settings.CheckpointEvery}; it may be 1 to 100,000.",
        { Seed: < 0 } => $"seed is {settings.Seed}; it may be 0 to 2147483647.",
        { TargetModules.Length: < 1 or > 1000 } => "target_modules is empty; give all-linear, or names separated by commas.",
        _ when settings.CutOff < 64 || settings.CutOff > context => $"cut_off is {settings.CutOff}; it may be 64 to the model's {context} tokens.",
        _ => null,
    };

    /// <summary>Why an adapter of <paramref name="earlier"/> settings cannot be trained further with these: its shape and strength are fixed. Null when it can.</summary>
    public static string? RefuseFurther(RunSettings settings, RunSettings earlier) => settings switch
    {
        _ when settings.Rank != earlier.Rank => Differs("rank", settings.Rank, earlier.Rank),
        _ when settings.Alpha != earlier.Alpha => Differs("alpha", settings.Alpha, earlier.Alpha),
        _ when settings.Dropout != earlier.Dropout => Differs("dropout", settings.Dropout, earlier.Dropout),
        _ when !Modules(settings).SetEquals(Modules(earlier)) => Differs("target_modules", settings.TargetModules, earlier.TargetModules),
        _ => null,
    };

    /// <summary>These settings with the adapter of <paramref name="earlier"/> ones.</summary>
    public static RunSettings Further(RunSettings settings, RunSettings earlier) => settings with
    {
        Rank = earlier.Rank,
        Alpha = earlier.Alpha,
        Dropout = earlier.Dropout,
        TargetModules = earlier.TargetModules,
    };

    /// <summary>Fills in what was left to the defaults: the learning rate by rank and size of the base, the cut-off by the model's context.</summary>
    public static RunSettings Complete(RunSettings settings, long parameters, int context) => settings with
    {
        LearningRate = settings.LearningRate ?? DefaultRate(settings.Rank) * (parameters < SmallBase ? 10 : 1),
        CutOff = Math.Min(settings.CutOff, context),
    };

    private static string Differs(string name, object given, object earlier) => string.Create(CultureInfo.InvariantCulture,
        $"{name} is {given}, but the adapter that is to be trained further has {earlier} and keeps it. Give {earlier}, or start a fresh run.");

    private static HashSet<string> Modules(RunSettings settings) =>
        [.. settings.TargetModules.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static double DefaultRate(int rank) => rank switch
    {
        <= 32 => 2e-4,
        <= 64 => 1e-4,
        <= 128 => 5e-5,
        _ => 2.5e-5,
    };
}
