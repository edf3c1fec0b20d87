using System.Globalization;
using Assay.Client.Runs;

namespace Assay.Server.Runs;

/// <summary>Legal ranges of a run's settings and the defaults that depend on others. Pure.</summary>
internal static class RunRules
{
    private const long SmallBase = 50_000_000;

    /// <summary>Why settings cannot be used, with the legal range; null when they can.</summary>
    public static string? Refuse(RunSettings settings, int context) => RunSettingList.Refuse(settings) ?? settings switch
    {
        _ when settings.CutOff > context => $"cut_off is {settings.CutOff}; it may be 64 to the model's {context} tokens.",
        { Method: "qlora", ComputeType: "int8" } => "compute_type is int8 and method is qlora: the base is kept in 8 bits or in 4, not both. Choose auto for one of them.",
        { Method: "qlora", ModulesToSave.Length: > 0 } => "modules_to_save is given and method is qlora: modules that are trained whole cannot be kept in 4 bits. Choose lora.",
        { Method: "dora" or "lora", ComputeType: not "auto" } when settings.Method == "dora" || settings.ModulesToSave.Length > 0 =>
            $"compute_type is {settings.ComputeType}: {(settings.Method == "dora" ? "DoRA" : "training modules whole")} computes in fp32 on the reference path. Choose auto.",
        _ => null,
    };

    /// <summary>Why an adapter of <paramref name="earlier"/> settings cannot be trained further with these: its shape and strength are fixed. Null when it can.</summary>
    public static string? RefuseFurther(RunSettings settings, RunSettings earlier) => settings switch
    {
        _ when (settings.Method == "dora") != (earlier.Method == "dora") => Differs("method", settings.Method, earlier.Method),
        _ when settings.Rank != earlier.Rank => Differs("rank", settings.Rank, earlier.Rank),
        _ when settings.Alpha != earlier.Alpha => Differs("alpha", settings.Alpha, earlier.Alpha),
        _ when settings.Dropout != earlier.Dropout => Differs("dropout", settings.Dropout, earlier.Dropout),
        _ when !Modules(settings.TargetModules).SetEquals(Modules(earlier.TargetModules)) => Differs("target_modules", settings.TargetModules, earlier.TargetModules),
        _ when !Modules(settings.ModulesToSave).SetEquals(Modules(earlier.ModulesToSave)) => Differs("modules_to_save", settings.ModulesToSave, earlier.ModulesToSave),
        _ when settings.Rslora != earlier.Rslora => Differs("rslora", settings.Rslora, earlier.Rslora),
        _ => null,
    };

    /// <summary>These settings with the adapter of <paramref name="earlier"/> ones.</summary>
    public static RunSettings Further(RunSettings settings, RunSettings earlier) => settings with
    {
        Rank = earlier.Rank,
        Alpha = earlier.Alpha,
        Dropout = earlier.Dropout,
        TargetModules = earlier.TargetModules,
        ModulesToSave = earlier.ModulesToSave,
        Rslora = earlier.Rslora,
        Method = earlier.Method == "dora" || settings.Method == "dora" ? earlier.Method : settings.Method,
    };

    /// <summary>Fills in what was left to the defaults: the learning rate by rank and size of the base, the cut-off by the model's context.</summary>
    public static RunSettings Complete(RunSettings settings, long parameters, int context) => settings with
    {
        LearningRate = settings.LearningRate ?? DefaultRate(settings.Rank) * (parameters < SmallBase ? 10 : 1),
        CutOff = Math.Min(settings.CutOff, context),
    };

    private static string Differs(string name, object given, object earlier) => string.Create(CultureInfo.InvariantCulture,
        $"{name} is {given}, but the adapter that is to be trained further has {earlier} and keeps it. Give {earlier}, or start a fresh run.");

    /// <summary>Names that commas separate.</summary>
    private static HashSet<string> Modules(string names) => [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static double DefaultRate(int rank) => rank switch
    {
        <= 32 => 2e-4,
        <= 64 => 1e-4,
        <= 128 => 5e-5,
        _ => 2.5e-5,
    };
}
