namespace Assay.Client.Runs;

/// <summary>Every setting of a run with its range and meaning: the one list that checks, forms, help and differences are made from.</summary>
public static class RunSettingList
{
    /// <summary>In the order in which people read them.</summary>
    public static IReadOnlyList<RunSetting> All { get; } =
    [
        Choice("method", "Method", "Method", "lora trains small matrices beside the frozen base; qlora keeps the base in 4 bits (NF4) and needs the least memory; dora also learns a magnitude per output row and is slower.",
            ["lora", "qlora", "dora"], s => s.Method, (s, value) => s with { Method = value }),
        Choice("objective", "Method", "Objective", "sft trains the answers in the model's chat template; text trains whole records as running text, to read a corpus.",
            ["sft", "text"], s => s.Objective, (s, value) => s with { Objective = value }),
        Whole("seed", "Method", "Seed", "The same seed gives the same curve, bit for bit, on a CPU.", 0, int.MaxValue, s => s.Seed, (s, value) => s with { Seed = value }),

        Real("learning_rate", "Learning", "Learning rate", "Size of a step at its peak. Left out: 2e-4 to rank 32, less above, ten times as much for bases under 50 million parameters.", 1e-7, 1e-1,
            s => s.LearningRate, (s, value) => s with { LearningRate = value }),
        Number("epochs", "Learning", "Epochs", "Passes over the records.", 0.1, 100, s => s.Epochs, (s, value) => s with { Epochs = value }),
        Optional("max_steps", "Learning", "Most steps", "Ends the run at this step. Left out: epochs decide.", 1, 1_000_000, s => s.MaxSteps, (s, value) => s with { MaxSteps = value }),
        Whole("batch_size", "Learning", "Batch size", "Sequences computed together; more need more memory.", 1, 512, s => s.BatchSize, (s, value) => s with { BatchSize = value }),
        Whole("gradient_accumulation", "Learning", "Gradient accumulation", "Batches whose gradients are added up before a step.", 1, 1024, s => s.GradientAccumulation, (s, value) => s with { GradientAccumulation = value }),
        Choice("schedule", "Learning", "Schedule", "How the learning rate falls after the warm-up.", ["cosine", "linear", "constant"], s => s.Schedule, (s, value) => s with { Schedule = value }),
        Number("warm_up", "Learning", "Warm-up share", "Share of the steps with a rising learning rate.", 0, 0.5, s => s.WarmUp, (s, value) => s with { WarmUp = value }),
        Number("beta1", "Learning", "AdamW β₁", "Memory of the mean gradient.", 0, 0.9999, s => s.Beta1, (s, value) => s with { Beta1 = value }),
        Number("beta2", "Learning", "AdamW β₂", "Memory of the squared gradient.", 0, 0.99999, s => s.Beta2, (s, value) => s with { Beta2 = value }),
        Number("epsilon", "Learning", "AdamW ε", "Keeps small gradients from taking large steps.", 1e-12, 1e-2, s => s.Epsilon, (s, value) => s with { Epsilon = value }),
        Number("weight_decay", "Learning", "Weight decay", "Pulls weights towards zero at each step.", 0, 0.999, s => s.WeightDecay, (s, value) => s with { WeightDecay = value }),
        Number("max_gradient_norm", "Learning", "Most gradient norm", "Longer gradients are shortened to this, which tames outliers; 0: they are not.", 0, 100, s => s.MaxGradientNorm, (s, value) => s with { MaxGradientNorm = value }),
        Number("neftune_alpha", "Learning", "NEFTune α", "Noise on the embeddings, against learning by heart; 0: none, 5 is usual.", 0, 50, s => s.NeftuneAlpha, (s, value) => s with { NeftuneAlpha = value }),

        Whole("rank", "Adapter", "Rank", "Size of the adapter: more can learn more, and need more memory.", 1, 256, s => s.Rank, (s, value) => s with { Rank = value }),
        Number("alpha", "Adapter", "Alpha", "Strength of the adapter: its update is scaled by alpha / rank.", 1, 1024, s => s.Alpha, (s, value) => s with { Alpha = value }),
        Number("dropout", "Adapter", "Dropout", "Share of the adapter's inputs that each step drops, against learning by heart.", 0, 0.5, s => s.Dropout, (s, value) => s with { Dropout = value }),
        Text("target_modules", "Adapter", "Target modules", "Which layers are adapted: all-linear, or names such as q_proj with commas between.", 1, 1000, s => s.TargetModules, (s, value) => s with { TargetModules = value }),
        Switch("rslora", "Adapter", "Rank-stabilised", "Scales by alpha / √rank, which keeps high ranks from learning too slowly.", s => s.Rslora, (s, value) => s with { Rslora = value }),
        Number("lora_plus_ratio", "Adapter", "LoRA+ ratio", "How many times faster the B matrices learn than the A matrices; 1: equally.", 1, 32, s => s.LoraPlusRatio, (s, value) => s with { LoraPlusRatio = value }),
        Text("modules_to_save", "Adapter", "Modules saved whole", "Modules trained and stored in full, such as lm_head, with commas between; slower.", 0, 1000, s => s.ModulesToSave, (s, value) => s with { ModulesToSave = value }),

        Whole("cut_off", "Data", "Cut-off", "Longest sequence in tokens, at most the model's context; what is behind is dropped.", 64, 1 << 20, s => s.CutOff, (s, value) => s with { CutOff = value }),
        Switch("loss_on_prompts", "Data", "Train the prompts, too", "Learns the questions as well as the answers.", s => s.LossOnPrompts, (s, value) => s with { LossOnPrompts = value }),
        Switch("loss_on_earlier_turns", "Data", "Train earlier answers", "Learns every answer of a conversation; off: the last one only.", s => s.LossOnEarlierTurns, (s, value) => s with { LossOnEarlierTurns = value }),
        Whole("max_records", "Data", "Most records", "More than these are left out, chosen by the seed.", 1, 10_000_000, s => s.MaxRecords, (s, value) => s with { MaxRecords = value }),
        Whole("min_score", "Data", "Least score", "Records of files whose validation score (0 to 1000) is lower are left out.", 0, 1000, s => s.MinScore, (s, value) => s with { MinScore = value }),
        Switch("shuffle", "Data", "Shuffle", "A fresh order each epoch; off: the order of the versions.", s => s.Shuffle, (s, value) => s with { Shuffle = value }),

        Number("hold_out", "Evaluation", "Hold-out share", "Share of the near-duplicate clusters that is never trained, to judge by.", 0, 0.5, s => s.HoldOut, (s, value) => s with { HoldOut = value }),
        Optional("evaluate_every", "Evaluation", "Evaluate every", "Steps between measurements of the hold-out. Left out: ten a run.", 1, 1_000_000, s => s.EvaluateEvery, (s, value) => s with { EvaluateEvery = value }),
        Whole("samples", "Evaluation", "Samples", "Best and worst held-out records that each evaluation shows, and prompts that the model answers.", 0, 10, s => s.Samples, (s, value) => s with { Samples = value }),
        Whole("early_stop", "Evaluation", "Early stop", "Evaluations in a row without a lower hold-out loss that end the run; 0: none do.", 0, 100, s => s.EarlyStop, (s, value) => s with { EarlyStop = value }),
        Switch("keep_best", "Evaluation", "Keep the best", "The result is the adapter of the lowest hold-out loss; off: the last one.", s => s.KeepBest, (s, value) => s with { KeepBest = value }),

        Whole("checkpoint_every", "Saving", "Checkpoint every", "Steps after which a broken run could continue.", 1, 100_000, s => s.CheckpointEvery, (s, value) => s with { CheckpointEvery = value }),
        Whole("keep_checkpoints", "Saving", "Keep checkpoints", "Adapters of the latest evaluations that stay usable in the chat beside the result.", 0, 20, s => s.KeepCheckpoints, (s, value) => s with { KeepCheckpoints = value }),
        Whole("log_every", "Saving", "Log every", "Steps between points of the curves.", 1, 1000, s => s.LogEvery, (s, value) => s with { LogEvery = value }),

        Choice("compute_type", "Computing", "Compute type", "auto takes the faster of bf16 and fp32 on this machine; int8 multiplies the frozen base in 8 bits, about 1 % off per product.", ["auto", "bf16", "fp32", "int8"],
            s => s.ComputeType, (s, value) => s with { ComputeType = value }),
    ];

    /// <summary>The setting of a name on the wire; null when there is none.</summary>
    public static RunSetting? Find(string name) => All.FirstOrDefault(setting => setting.Name == name);

    /// <summary>Why a setting is outside its range, named with the range; null when all are inside.</summary>
    public static string? Refuse(RunSettings settings) => All.Select(setting => Refuse(setting, setting.Read(settings))).FirstOrDefault(why => why is not null);

    /// <summary>What differs between two settings: name and both values as text, in the order of the list.</summary>
    public static IReadOnlyList<(RunSetting Setting, string Before, string After)> Difference(RunSettings before, RunSettings after) =>
        [.. All.Select(setting => (setting, Show(setting.Read(before)), Show(setting.Read(after)))).Where(row => row.Item2 != row.Item3)];

    /// <summary>A value as people read it; empty for an absent one.</summary>
    public static string Show(object? value) => value switch
    {
        null => "",
        bool on => on ? "on" : "off",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string? Refuse(RunSetting setting, object? value) => (setting.Kind, value) switch
    {
        (_, null) => setting.Optional ? null : $"{setting.Name} is missing.",
        (SettingKind.Choice, string word) => setting.Choices!.Contains(word) ? null : $"{setting.Name} is '{word}'; it may be {string.Join(", ", setting.Choices!)}.",
        (SettingKind.Text, string text) => text.Length >= setting.Least && text.Length <= setting.Most
            ? null
            : text.Length == 0 ? $"{setting.Name} is empty. {setting.Meaning}" : $"{setting.Name} has {text.Length} characters; it may have {Show(setting.Most)}.",
        (SettingKind.Whole or SettingKind.Real, double number) => number >= setting.Least && number <= setting.Most
            ? null
            : $"{setting.Name} is {Show(number)}; it may be {Show(setting.Least)} to {Show(setting.Most)}.",
        _ => null,
    };

    private static RunSetting Whole(string name, string group, string label, string meaning, double least, double most, Func<RunSettings, int> read, Func<RunSettings, int, RunSettings> with) =>
        new(name, group, label, SettingKind.Whole, meaning, least, most) { Read = s => (double)read(s), With = (s, value) => with(s, (int)(double)value!) };

    private static RunSetting Optional(string name, string group, string label, string meaning, double least, double most, Func<RunSettings, int?> read, Func<RunSettings, int?, RunSettings> with) =>
        new(name, group, label, SettingKind.Whole, meaning, least, most, null, true) { Read = s => (double?)read(s), With = (s, value) => with(s, (int?)(double?)value) };

    private static RunSetting Number(string name, string group, string label, string meaning, double least, double most, Func<RunSettings, double> read, Func<RunSettings, double, RunSettings> with) =>
        new(name, group, label, SettingKind.Real, meaning, least, most) { Read = s => read(s), With = (s, value) => with(s, (double)value!) };

    private static RunSetting Real(string name, string group, string label, string meaning, double least, double most, Func<RunSettings, double?> read, Func<RunSettings, double?, RunSettings> with) =>
        new(name, group, label, SettingKind.Real, meaning, least, most, null, true) { Read = s => read(s), With = (s, value) => with(s, (double?)value) };

    private static RunSetting Switch(string name, string group, string label, string meaning, Func<RunSettings, bool> read, Func<RunSettings, bool, RunSettings> with) =>
        new(name, group, label, SettingKind.Switch, meaning) { Read = s => read(s), With = (s, value) => with(s, (bool)value!) };

    private static RunSetting Choice(string name, string group, string label, string meaning, IReadOnlyList<string> choices, Func<RunSettings, string> read, Func<RunSettings, string, RunSettings> with) =>
        new(name, group, label, SettingKind.Choice, meaning, null, null, choices) { Read = read, With = (s, value) => with(s, (string)value!) };

    private static RunSetting Text(string name, string group, string label, string meaning, double least, double most, Func<RunSettings, string> read, Func<RunSettings, string, RunSettings> with) =>
        new(name, group, label, SettingKind.Text, meaning, least, most) { Read = read, With = (s, value) => with(s, (string)value!) };
}
