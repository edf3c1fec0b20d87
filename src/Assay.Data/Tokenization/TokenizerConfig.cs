using System.Globalization;
using System.Text.Json;
using Assay.Data.Tokenization.Files;

namespace Assay.Data.Tokenization;

/// <summary>What a <c>tokenizer_config.json</c> says beside the tokens themselves.</summary>
/// <param name="SpecialTokens">Token texts by their name there: <c>bos_token</c>, <c>eos_token</c>, <c>pad_token</c>, <c>unk_token</c>, …</param>
/// <param name="ChatTemplate">Source of the chat template, or null when the model has none.</param>
public sealed record TokenizerConfig(IReadOnlyDictionary<string, string> SpecialTokens, string? ChatTemplate)
{
    private const long LargestFile = 16L << 20;
    private static readonly string[] TokenNames = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    /// <summary>Tokens with the ids that <c>added_tokens_decoder</c> gives them.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Texts of <c>additional_special_tokens</c>.</summary>
    public IReadOnlyList<string> AdditionalSpecialTokens { get; init; } = [];

    /// <summary>True when raw text shall start with the beginning token. Rendered chat templates hold theirs already.</summary>
    public bool AddBosToken { get => SaysAddBosToken == true; init => SaysAddBosToken = value; }

    /// <summary>What the file says about a beginning token, or null when it says nothing.</summary>
    internal bool? SaysAddBosToken { get; init; }

    /// <summary>Python class of the tokenizer, or null; decides what a few old models begin with.</summary>
    public string? TokenizerClass { get; init; }

    /// <summary>The pattern that cuts text into words (<c>pat_str</c>), which a tiktoken rank list needs; or null.</summary>
    public string? Pattern { get; init; }

    /// <summary>The longest context in tokens, or null when the file says none.</summary>
    public long? ModelMaxLength { get; init; }

    /// <summary>Text of the beginning token, or null.</summary>
    public string? BosToken => SpecialTokens.GetValueOrDefault("bos_token");

    /// <summary>Text of the end token, or null.</summary>
    public string? EosToken => SpecialTokens.GetValueOrDefault("eos_token");

    /// <summary>Reads <c>tokenizer_config.json</c> of a model folder, an empty one when it is absent. A <c>chat_template.jinja</c> beside it replaces the template in it, an <c>added_tokens.json</c> stands in for its <c>added_tokens_decoder</c>.</summary>
    /// <exception cref="InvalidTokenizerException">A file is unreadable, too large or damaged.</exception>
    public static TokenizerConfig LoadFolder(string folder)
    {
        var file = Path.Combine(folder, "tokenizer_config.json");
        var config = File.Exists(file) ? Parse(TokenizerBytes.Read(file, LargestFile)) : new(new Dictionary<string, string>(), null);
        var added = Path.Combine(folder, "added_tokens.json");
        if (config.AddedTokens.Count == 0 && File.Exists(added))
        {
            config = config with { AddedTokens = ParseAddedTokens(TokenizerBytes.Read(added, LargestFile)) };
        }

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
                if (root.Field(name) is { } token)
                {
                    tokens[name] = TokenText(token, name);
                }
            }

            return new(tokens, Template(root))
            {
                AddedTokens = [.. ReadAddedTokens(root)],
                AdditionalSpecialTokens = [.. root.Items("additional_special_tokens").Select(static token => TokenText(token, "additional_special_tokens"))],
                SaysAddBosToken = root.Field("add_bos_token") is null ? null : root.Flag("add_bos_token", otherwise: false),
                TokenizerClass = root.Text("tokenizer_class"),
                Pattern = root.Text("pat_str"),
                ModelMaxLength = root.Field("model_max_length") is { ValueKind: JsonValueKind.Number } length && length.TryGetInt64(out var value) ? value : null,
            };
        }
        catch (JsonException exception)
        {
            throw new InvalidTokenizerException($"tokenizer_config.json is not valid JSON: {exception.Message}", exception);
        }
    }

    /// <summary>The control and added tokens of a vocabulary that names none itself.</summary>
    /// <param name="vocabulary">Spelling → id of the model's own tokens.</param>
    /// <exception cref="InvalidTokenizerException">A token has another id in the vocabulary.</exception>
    internal List<AddedToken> Tokens(IReadOnlyDictionary<string, int> vocabulary)
    {
        var tokens = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var token in AddedTokens)
        {
            tokens[token.Content] = !vocabulary.TryGetValue(token.Content, out var known) || known == token.Id
                ? token
                : throw new InvalidTokenizerException($"tokenizer_config.json gives '{token.Content}' the id {token.Id}, the vocabulary {known}.");
        }

        foreach (var text in SpecialTokens.Values.Concat(AdditionalSpecialTokens))
        {
            if (vocabulary.TryGetValue(text, out var id))
            {
                tokens.TryAdd(text, new(id, text, Special: true));
            }
        }

        return [.. tokens.Values];
    }

    private static IEnumerable<AddedToken> ReadAddedTokens(JsonElement root)
    {
        if (root.Field("added_tokens_decoder") is not { } decoder)
        {
            yield break;
        }

        foreach (var (key, token) in decoder.Members("added_tokens_decoder"))
        {
            yield return int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < Tokenizer.MaxTokens
                ? token.AsAddedToken(id, token.RequiredText("content"))
                : throw new InvalidTokenizerException($"'{key}' in added_tokens_decoder is not a token id.");
        }
    }

    // Older folders keep their added tokens in a file of their own: text → id.
    private static List<AddedToken> ParseAddedTokens(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return [.. document.RootElement.Members("added_tokens.json").Select(static item => new AddedToken(item.Value.AsTokenId(item.Name), item.Name, Special: false))];
        }
        catch (JsonException exception)
        {
            throw new InvalidTokenizerException($"added_tokens.json is not valid JSON: {exception.Message}", exception);
        }
    }

    // Token fields are a text or an object with the text as "content".
    private static string TokenText(JsonElement token, string name) =>
        token.ValueKind == JsonValueKind.Object ? token.RequiredText("content") : token.AsText(name);

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
