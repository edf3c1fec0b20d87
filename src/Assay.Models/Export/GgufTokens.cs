using System.Text.Json;
using Assay.Data.Formats.Gguf;

namespace Assay.Models.Export;

/// <summary>A model's tokenizer and chat template under llama.cpp's metadata keys.</summary>
/// <remarks>
/// Two kinds are written. Byte-level BPE (<c>gpt2</c>) needs the name of llama.cpp's own splitting rule. SentencePiece-style BPE (<c>llama</c>)
/// needs scores; see <see cref="SubwordScores"/>.
/// </remarks>
internal static class GgufTokens
{
    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;
    private const int UserDefined = 4;
    private const int Unused = 5;
    private const int Byte = 6;
    private const long LargestFile = 256L << 20;

    /// <summary>Adds the tokenizer.</summary>
    /// <exception cref="ExportRefusedException">llama.cpp has no such tokenizer.</exception>
    public static void Add(GgufMetadata metadata, BaseModel model)
    {
        var file = new FileInfo(Path.Combine(model.Folder, "tokenizer.json"));
        if (!file.Exists || file.Length > LargestFile)
        {
            throw new ExportRefusedException("GGUF files hold their tokenizer, which is taken from a tokenizer.json; the model has none that can be used.");
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
        var parts = json.RootElement.GetProperty("model");
        if (Text(parts, "type") is not "BPE")
        {
            throw new ExportRefusedException($"A tokenizer of type '{Text(parts, "type")}' is not written as GGUF; only BPE is.");
        }

        string[] merges = [.. parts.GetProperty("merges").EnumerateArray().Select(Merge)];
        bool byteLevel = Mentions(json.RootElement, "pre_tokenizer", "ByteLevel") || Mentions(json.RootElement, "decoder", "ByteLevel");
        var (tokens, types) = Tokens(model, Text(parts, "unk_token"), byteLevel);
        metadata.Add("tokenizer.ggml.model", byteLevel ? "gpt2" : "llama");
        metadata.Add("tokenizer.ggml.pre", byteLevel ? SplittingRule.NameOf(model.Tokenizer, json.RootElement, Special(model, "bos_token")) : "default");
        metadata.Add("tokenizer.ggml.tokens", tokens);
        if (byteLevel)
        {
            metadata.Add("tokenizer.ggml.merges", merges);
        }
        else
        {
            metadata.Add("tokenizer.ggml.scores", SubwordScores.Of(tokens, types.Select(type => type is Normal).ToArray(), merges));
            metadata.Add("tokenizer.ggml.add_space_prefix", Mentions(json.RootElement, "normalizer", "Prepend") || Mentions(json.RootElement, "pre_tokenizer", "Metaspace"));
        }

        metadata.Add("tokenizer.ggml.token_type", types);
        Specials(metadata, model);
    }

    private static (string[] Tokens, int[] Types) Tokens(BaseModel model, string? unknown, bool byteLevel)
    {
        var tokenizer = model.Tokenizer;
        var added = tokenizer.AddedTokens.ToDictionary(token => token.Id);
        string[] tokens = new string[model.Plan.Vocab];
        int[] types = new int[model.Plan.Vocab];
        for (int id = 0; id < tokens.Length; id++)
        {
            string? token = tokenizer.TokenOf(id);
            (tokens[id], types[id]) = token is null ? ($"[PAD{id}]", Unused)
                : added.TryGetValue(id, out var listed) ? (token, !byteLevel && token == unknown ? Unknown : listed.Special ? Control : UserDefined)
                : !byteLevel && token == unknown ? (token, Unknown)
                : (token, !byteLevel && IsByte(token) ? Byte : Normal);
        }

        return (tokens, types);
    }

    private static bool IsByte(string token) => token is ['<', '0', 'x', var high, var low, '>'] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low);

    private static void Specials(GgufMetadata metadata, BaseModel model)
    {
        var config = model.TokenizerConfig;
        int? begin = Special(model, "bos_token");
        (string Key, int? Id)[] named =
        [
            ("bos", begin), ("eos", Special(model, "eos_token") ?? (model.EndIds.Count > 0 ? model.EndIds.Min() : null)), ("unknown", Special(model, "unk_token")), ("padding", Special(model, "pad_token")),
        ];
        foreach (var (key, id) in named)
        {
            if (id is { } given)
            {
                metadata.Add($"tokenizer.ggml.{key}_token_id", (uint)given);
            }
        }

        int[] empty = model.Tokenizer.EncodeWithSpecials("");
        metadata.Add("tokenizer.ggml.add_bos_token", begin is { } first && empty.Length > 0 && empty[0] == first);
        metadata.Add("tokenizer.ggml.add_eos_token", false);
        if (config.ChatTemplate is { } template)
        {
            metadata.Add("tokenizer.chat_template", template);
        }
    }

    private static int? Special(BaseModel model, string name) =>
        model.TokenizerConfig.SpecialTokens.TryGetValue(name, out string? token) ? model.Tokenizer.IdOf(token) : null;

    private static string Merge(JsonElement merge) => merge.ValueKind is JsonValueKind.Array ? $"{merge[0].GetString()} {merge[1].GetString()}" : merge.GetString()!;

    private static string? Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static bool Mentions(JsonElement root, string section, string type) =>
        root.TryGetProperty(section, out var part) && part.ValueKind is JsonValueKind.Object && part.GetRawText().Contains($"\"{type}\"", StringComparison.Ordinal);
}
