namespace Assay.Worker.Conformance;

/// <summary>A kind of golden folder: where it lies, what it holds, and what is checked there.</summary>
/// <param name="Place">Path from the goldens folder; <c>*</c> as last part stands for any one folder.</param>
/// <param name="Mark">Pattern of a file that such a folder has, plain or with <c>.gz</c>.</param>
/// <param name="Open">Its checks.</param>
internal sealed record FolderKind(string Place, string Mark, Func<GoldenFolder, IReadOnlyList<ICheckSource>> Open)
{
    /// <summary>All kinds. A new computing path adds its sources to the kinds it computes; a new kind of golden adds a line.</summary>
    public static IReadOnlyList<FolderKind> All { get; } =
    [
        new("models/*", "config.json", folder => [new ModelChecks(folder.Path), new PackedModelChecks(folder.Path), new DecodeChecks(folder.Path)]),
        new("peft/*", "golden.json", folder => [new PeftChecks(folder.Path, name => folder.Find($"models/{name}")), new PackedPeftChecks(folder.Path, name => folder.Find($"models/{name}"))]),
        new("nf4", "golden_nf4.safetensors", folder => [new Nf4Checks(folder.Path)]),
        new("nf4/*", "model_bnb_4bit.safetensors", folder => [new QuantisedModelChecks(folder.Path, name => folder.Find($"models/{name}")), new PackedQuantisedChecks(folder.Path, name => folder.Find($"models/{name}"))]),
        new("tokenizers/*", "golden_tokens*.json", folder => [new TokenizerChecks(folder)]),
        new("tokenizers/*", "*.inp", pair => [new VocabularyPairChecks(pair)]) { Items = VocabularyPairChecks.Of },
        new("chat_templates", "golden_chat.json", folder => [new ChatTemplateChecks(folder)]),
        new("*", "golden_generation.json", folder => [new StoriesTextChecks(folder), new StoriesChecks(folder.Path, Weights(folder)), new PackedStoriesChecks(folder.Path, Weights(folder))]),
    ];

    /// <summary>Parts of a folder that are checked under names of their own; null for the folder itself.</summary>
    public Func<GoldenFolder, IEnumerable<GoldenFolder>>? Items { get; init; }

    /// <summary>The folders of this kind.</summary>
    public IEnumerable<GoldenFolder> Below(string goldens, string? assets)
    {
        string[] parts = Place.Split('/');
        string top = Path.Combine([goldens, .. parts[..^1]]);
        var folders = parts[^1] != "*" ? [Path.Combine(top, parts[^1])] : Directory.Exists(top) ? Directory.EnumerateDirectories(top) : [];
        return folders.Where(IsMarked)
            .Select(path => new GoldenFolder(goldens, assets, Path.GetRelativePath(goldens, path).Replace('\\', '/')))
            .SelectMany(folder => Items?.Invoke(folder) ?? [folder]);
    }

    private static string Weights(GoldenFolder folder) => Path.GetDirectoryName(folder.Find($"{folder.Name}/config.json"))!;

    private bool IsMarked(string path) =>
        Directory.Exists(path) && (Directory.EnumerateFiles(path, Mark).Any() || Directory.EnumerateFiles(path, Mark + ".gz").Any());
}
