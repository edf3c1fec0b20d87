using System.Text.Json;
using Assay.Data.Tokenization.Pipeline;

namespace Assay.Data.Tokenization;

/// <summary>What a <c>tokenizer_config.json</c> says beside the tokens themselves.</summary>
/// <param name="SpecialTokens">Token texts by their name there: <c>bos_token</c>, <c>eos_token</c>, <c>pad_token</c>, <c>unk_token</c>, …</param>
/// <param name="ChatTemplate">Source of the chat template, or null when the model has none.</param>
public sealed record TokenizerConfig(IReadOnlyDictionary<string, string> SpecialTokens, string? ChatTemplate)
{
    private const long LargestFile = 16L << 20;
    private static readonly string[] TokenNames = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    /// <summary>True when raw text shall start with the beginning token. Rendered chat templates hold theirs already.</summary>
    public bool AddBosToken { get; init; }

    /// <summary>The longest context in tokens, or null when the file says none.</summary>
    public long? ModelMaxLength { get; init; }

    /// <summary>Text of the beginning token, or null.</summary>
    public string? BosToken => SpecialTokens.GetValueOrDefault("bos_token");

    /// <summary>Text of the end token, or null.</summary>
    public string? EosToken => SpecialTokens.GetValueOrDefault("eos_token");

    /// <summary>Reads <c>tokenizer_config.json</c> of a model folder; a <c>chat_template.jinja</c> beside it replaces the template in it.</summary>
    /// <exception cref="InvalidTokenizerException">A file is unreadable, too large or damaged.</exception>
    public static TokenizerConfig LoadFolder(string folder)
    {
        var config = Parse(TokenizerBytes.Read(Path.Combine(folder, "tokenizer_config.json"), LargestFile));
        var template = Path.Combine(folder, "chat_template.jinja");
        return File.Exists(template)
            ? config with { ChatTemplate = System.Text.Encoding.UTF8.GetString(TokenizerBytes.Read(template, LargestFile)) }
            : config;
    }

    /// <summary>Reads the bytes of a <c>tokenizer_config.json</c>.</summary>
    /// <exception cref="InvalidTokenizerException">The file is damaged.</exception>
    public static TokenizerConfig Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var root = document.RootElement;
            var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in TokenNames)
            {
                if (TokenText(root, name) is { } text)
                {
                    tokens[name] = text;
                }
            }

            return new(tokens, Template(root))
            {
                AddBosToken = root.Flag("add_bos_token", otherwise: false),
                ModelMaxLength = root.Field("model_max_length") is { ValueKind: JsonValueKind.Number } length && length.TryGetInt64(out var value) ? value : null,
            };
        }
        catch (JsonException exception)
        {
            throw new InvalidTokenizerException($"tokenizer_config.json is not valid JSON: {exception.Message}", exception);
        }
    }

    // Token fields are a text or an object with the text as "content".
    private static string? TokenText(JsonElement root, string name) => root.Field(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } token => token.RequiredText("content"),
        { } token => token.AsText(name),
    };

    private static string? Template(JsonElement root)
    {
        var field = root.Field("chat_template");
        if (field is not { ValueKind: JsonValueKind.Array } named)
        {
            return field?.AsText("chat_template");
        }

        var templates = named.EnumerateArray().Select(static item => (Name: item.RequiredText("name"), Source: item.RequiredText("template"))).ToList();
        return templates.Find(static item => item.Name == "default").Source ?? templates.FirstOrDefault().Source;
    }
}
