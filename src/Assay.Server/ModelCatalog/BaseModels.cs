using System.Collections.Concurrent;
using System.Text.Json;
using Assay.Client.Runs;
using Assay.Data.Formats;
using Assay.Data.Planning;
using Assay.Data.Tokenization;
using Assay.Server.Shared;
using Microsoft.Extensions.Options;

namespace Assay.Server.ModelCatalog;

/// <summary>The base models of this machine: the starter and the folders that the operator put there.</summary>
internal sealed class BaseModels(DataFolder folder, IOptions<ModelCatalogOptions> options, ILogger<BaseModels> log)
{
    /// <summary>For a base that brings no chat template: the turns below each other.</summary>
    private const string PlainTemplate = "{% for message in messages %}{{ message.content }}\n{% endfor %}";

    private readonly ConcurrentDictionary<string, BaseModel?> _read = new();
    private readonly ConcurrentDictionary<string, (Tokenizer Tokenizer, ChatTemplate Template, TokenizerConfig Config)> _texts = new();

    public IEnumerable<BaseModel> All()
    {
        var local = options.Value.Folder.Length > 0 ? options.Value.Folder : Path.Combine(folder.Models, "base");
        var folders = Directory.Exists(local) ? Directory.GetDirectories(local).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        return folders.Append(folder.Starter).Select(Read).OfType<BaseModel>();
    }

    public BaseModel? Find(string name) => All().FirstOrDefault(model => model.Name == name);

    /// <summary>Tokenizer and chat template of a base; read once.</summary>
    public (Tokenizer Tokenizer, ChatTemplate Template, TokenizerConfig Config) TextsOf(BaseModel model) => _texts.GetOrAdd(model.Folder, path =>
    {
        var config = TokenizerConfig.LoadFolder(path);
        return (TokenizerFolder.Open(path), ChatTemplate.Parse(config.ChatTemplate ?? PlainTemplate), config);
    });

    /// <summary>How records become training samples of a base.</summary>
    public RecordEncoder EncoderOf(BaseModel model, RunSettings settings)
    {
        var (tokenizer, template, config) = TextsOf(model);
        return new RecordEncoder(tokenizer, template, config, EncodingOf(settings, model.Context));
    }

    private static RecordEncoding EncodingOf(RunSettings settings, int context) => new(Math.Min(settings.CutOff, context))
    {
        LossOnPrompts = settings.LossOnPrompts,
        LossOnEarlierTurns = settings.LossOnEarlierTurns,
        AsText = settings.Objective == "text",
    };

    private BaseModel? Read(string path) => _read.GetOrAdd(path, _ =>
    {
        var config = Path.Combine(path, "config.json");
        if (!File.Exists(config))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(config));
            var name = Path.GetFileName(path);
            using var weights = SafetensorsCheckpoint.Open(path);
            var parameters = weights.Names.Sum(name => weights.Find(name)!.Value.Entry.Elements);
            var starter = path == folder.Starter;
            return new BaseModel(starter ? "assay-starter" : name, path, json.RootElement.GetProperty("model_type").GetString()!, parameters,
                json.RootElement.TryGetProperty("max_position_embeddings", out var context) ? context.GetInt32() : 2048,
                starter ? "Apache-2.0" : LicenceOf(path), starter);
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or KeyNotFoundException or InvalidOperationException or InvalidSafetensorsException)
        {
            ModelLog.Unreadable(log, path, unreadable.Message);
            return null;
        }
    });

    private static string LicenceOf(string path)
    {
        var card = Path.Combine(path, "README.md");
        var line = File.Exists(card) ? File.ReadLines(card).Take(40).FirstOrDefault(text => text.StartsWith("license:", StringComparison.OrdinalIgnoreCase)) : null;
        return line is null ? "see the model's card" : line["license:".Length..].Trim();
    }
}
