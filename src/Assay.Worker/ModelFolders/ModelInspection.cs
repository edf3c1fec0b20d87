using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;

namespace Assay.Worker.ModelFolders;

/// <summary>What a model folder says about itself. A part that cannot be read is null and named among the problems.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="ModelType"><c>model_type</c>, or null.</param>
/// <param name="Conformance">Reference results the family reproduces, in words.</param>
/// <param name="PublishedCheckpoint">Published checkpoint of the family that has been run, in words.</param>
/// <param name="Blocks">Decoder blocks.</param>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Context">Longest context in tokens.</param>
/// <param name="Positions">How positions enter, in words.</param>
/// <param name="Vocabulary">Rows of the embedding table.</param>
/// <param name="TiedHead">Whether the head is the embedding table.</param>
/// <param name="Parameters">All weights, a tied head once.</param>
/// <param name="ParametersByPart">Weights of the parts: embedding, attention, feed-forward, norms, head.</param>
/// <param name="Dtypes">Stored number formats.</param>
/// <param name="WeightBytes">Bytes of the weights on disk.</param>
/// <param name="Tokenizer">Tokenizer in words, or null.</param>
/// <param name="ChatTemplate">Whether there is a chat template that can be read.</param>
/// <param name="EndIds">Token ids that end a reply.</param>
/// <param name="License">Licence that the card names, or null.</param>
/// <param name="Forecasts">Memory needs.</param>
/// <param name="FreeMib">Memory free now.</param>
/// <param name="Problems">Why the model cannot be used; empty when it can.</param>
internal sealed record ModelInspection(
    string Folder,
    string? ModelType,
    string? Conformance,
    string? PublishedCheckpoint,
    int? Blocks,
    int? Hidden,
    int? Context,
    string? Positions,
    int? Vocabulary,
    bool? TiedHead,
    long? Parameters,
    IReadOnlyDictionary<string, long>? ParametersByPart,
    IReadOnlyList<string> Dtypes,
    long? WeightBytes,
    string? Tokenizer,
    bool ChatTemplate,
    IReadOnlyList<int> EndIds,
    string? License,
    IReadOnlyList<ForecastRow> Forecasts,
    long FreeMib,
    IReadOnlyList<string> Problems)
{
    private const double Int8Weight = 1.01; // one byte, and one fp32 scale per row
    private const double Nf4Weight = 0.516;

    /// <summary>Reads a folder; only headers of the weights.</summary>
    public static ModelInspection Of(string folder, InspectionOptions options)
    {
        var problems = new List<string>();
        var config = Try(problems, () => HfModelConfig.Load(folder));
        using var checkpoint = Try(problems, () => SafetensorsCheckpoint.Open(folder));
        var family = config is null ? null : Try(problems, () => ModelFamily.Of(config));
        var plan = family is null ? null : Try(problems, () => family.Describe(config!, checkpoint?.Names));
        if (plan is not null && checkpoint is not null)
        {
            _ = Try(problems, () =>
            {
                WeightNames.CheckShapes(plan, checkpoint);
                return plan;
            });
        }

        var tokenizer = Try(problems, () => TokenizerFolder.Open(folder));
        if (plan is not null && tokenizer?.VocabularySize > plan.Vocab)
        {
            problems.Add($"config.json: vocab_size = {plan.Vocab}, but the tokenizer has ids up to {tokenizer.VocabularySize - 1}.");
        }

        long free = FreeMemory.Bytes();
        TensorEntry[] entries = checkpoint is null ? [] : [.. checkpoint.Names.Select(name => checkpoint.Find(name)!.Value.Entry)];
        return new ModelInspection(
            folder,
            config?.ModelType,
            family?.Badge.Conformance,
            family?.Badge.PublishedCheckpoint,
            plan?.Blocks.Count,
            plan?.Hidden,
            plan?.Rope?.Context ?? plan?.MaxPositions,
            plan is null ? null : PositionsOf(plan),
            plan?.Vocab,
            plan?.Head.Tied,
            plan?.Weights().Where(weight => weight.Trained).Sum(Size),
            plan is null ? null : Parts(plan),
            [.. entries.Select(entry => entry.Dtype.FileName()).Distinct().Order(StringComparer.Ordinal)],
            checkpoint is null ? null : entries.Sum(entry => entry.Length),
            tokenizer is null ? null : $"{tokenizer.VocabularySize} token ids",
            Template(folder, problems),
            config?.EndIds ?? [],
            ModelCard.LicenseOf(folder),
            plan is null ? [] : Forecast(plan, options, free),
            free >> 20,
            problems);
    }

    private static ForecastRow[] Forecast(DecoderPlan plan, InspectionOptions options, long free)
    {
        int context = Math.Min(plan.MaxPositions, 4096);
        return
        [
            ForecastRow.Of($"LoRA, bf16 base, rank {options.Rank}, bins of {options.BinTokens}", MemoryForecast.Training(plan, options.Rank, options.BinTokens, FrozenFormat.Bf16), free),
            ForecastRow.Of($"QLoRA, NF4 base, rank {options.Rank}, bins of {options.BinTokens}", MemoryForecast.Training(plan, options.Rank, options.BinTokens, FrozenFormat.Nf4), free),
            ForecastRow.Of($"inference, bf16, {context} positions", MemoryForecast.Generation(plan, 2, context), free),
            ForecastRow.Of($"inference, int8, {context} positions", MemoryForecast.Generation(plan, Int8Weight, context), free),
            ForecastRow.Of($"inference, NF4, {context} positions", MemoryForecast.Generation(plan, Nf4Weight, context), free),
        ];
    }

    private static Dictionary<string, long> Parts(DecoderPlan plan)
    {
        long Linears(IEnumerable<LinearPlan> linears) => linears.SelectMany(linear => linear.Modules).SelectMany(module => module.Weights).Sum(Size);
        long all = plan.Weights().Where(weight => weight.Trained).Sum(Size);
        long table = (long)plan.Vocab * plan.Hidden;
        long head = plan.Head.Tied ? 0 : table;
        long embedding = table + (plan.Embedding.Positions is null ? 0 : plan.Weights().First(weight => weight.Name == plan.Embedding.Positions) is var positions ? Size(positions) : 0);
        long attention = plan.Blocks.Sum(block => Linears(block.Attention.Linears));
        long feedForward = plan.Blocks.Sum(block => Linears(block.Mlp.Linears) + block.Mlp.OtherWeights.Sum(Size));
        return new Dictionary<string, long>
        {
            ["embedding"] = embedding,
            ["attention"] = attention,
            ["feed_forward"] = feedForward,
            ["norms"] = all - embedding - attention - feedForward - head,
            ["head"] = head,
        };
    }

    private static string PositionsOf(DecoderPlan plan) =>
        plan.Rope is { } rope ? $"rotary, {rope.Kind}, base {rope.Theta}"
        : plan.Embedding.Positions is not null ? "learned"
        : plan.Blocks.Any(block => block.Attention.Position is PositionKind.Alibi) ? "ALiBi"
        : "none";

    private static bool Template(string folder, List<string> problems)
    {
        bool present = File.Exists(Path.Combine(folder, "tokenizer_config.json"));
        return present && Try(problems, () => TokenizerConfig.LoadFolder(folder).ChatTemplate is { } source ? Assay.Data.Tokenization.ChatTemplate.Parse(source) : null) is not null;
    }

    private static long Size(WeightPlan weight) => weight.Shape.Aggregate(1L, (count, size) => count * size);

    // Each part is judged by itself, so that all reasons are told at once.
    private static T? Try<T>(List<string> problems, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is InvalidModelConfigException or InvalidSafetensorsException or InvalidTokenizerException or ChatTemplateException or IOException or UnauthorizedAccessException)
        {
            problems.Add(error.Message);
            return null;
        }
    }
}
