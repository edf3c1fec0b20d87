using System.Text.Json;

namespace Assay.Worker.Hub;

/// <summary>Which files of a repository are fetched: configuration, tokenizer, safetensors weights, licence and card. Never code, never pickles.</summary>
internal static class PullableFiles
{
    /// <summary>The list of shards.</summary>
    public const string Index = "model.safetensors.index.json";

    private const string Single = "model.safetensors";
    private const long Small = 4L << 20;
    private const long Vocabulary = 128L << 20;
    private const long Weights = 64L << 30;

    private static readonly Dictionary<string, long> Limits = new(StringComparer.Ordinal)
    {
        ["config.json"] = Small,
        ["generation_config.json"] = Small,
        ["adapter_config.json"] = Small,
        [Index] = 64L << 20,
        ["tokenizer.json"] = Vocabulary,
        ["tokenizer_config.json"] = 16L << 20,
        ["tokenizer.model"] = Vocabulary,
        ["special_tokens_map.json"] = Small,
        ["added_tokens.json"] = 16L << 20,
        ["vocab.json"] = Vocabulary,
        ["merges.txt"] = Vocabulary,
        ["chat_template.jinja"] = Small,
        ["chat_template.json"] = Small,
        ["README.md"] = Small,
    };

    /// <summary>Most bytes of a file that may be fetched; null for a file that never is.</summary>
    public static long? LimitOf(string name) =>
        Limits.TryGetValue(name, out long limit) ? limit
        : name.EndsWith(".safetensors", StringComparison.Ordinal) && name.Length <= 200 ? Weights
        : name is "LICENSE" or "LICENSE.md" or "LICENSE.txt" or "NOTICE" or "NOTICE.txt" ? Small
        : null;

    /// <summary>Whether a file holds weights.</summary>
    public static bool IsWeights(HubFile file) => file.Name.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>The weight files to fetch: the shards that the index names, else the single file, else an adapter's.</summary>
    /// <param name="listing">What there is.</param>
    /// <param name="index">Content of <see cref="Index"/>, or null when there is none.</param>
    /// <exception cref="HubException">There are no such files, or the index is broken.</exception>
    public static IReadOnlyList<HubFile> ChooseWeights(HubListing listing, ReadOnlyMemory<byte>? index)
    {
        var weights = listing.Files.Where(IsWeights).ToDictionary(file => file.Name, StringComparer.Ordinal);
        if (index is { } json)
        {
            return [.. Shards(json).Select(name => weights.GetValueOrDefault(name)
                ?? throw new HubException(HubFailure.BadAnswer, $"{Index} names the shard '{name}', which the repository does not have."))];
        }

        return weights.GetValueOrDefault(Single) is { } single ? [single]
            : weights.GetValueOrDefault("adapter_model.safetensors") is { } adapter && listing.Files.Any(file => file.Name == "adapter_config.json") ? [adapter]
            : throw new HubException(HubFailure.NoSafetensors,
                $"The repository has neither {Single} nor {Index}. If its weights are .bin, .pt or .ckpt files: those are pickles, which can run code when they are opened, and are never fetched; "
                + "look for a revision or a copy of the model with safetensors.");
    }

    private static List<string> Shards(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            return [.. document.RootElement.GetProperty("weight_map").EnumerateObject().Select(entry => entry.Value.GetString() ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new HubException(HubFailure.BadAnswer, $"{Index} is not the JSON that the format prescribes: {error.Message}", error);
        }
    }
}
