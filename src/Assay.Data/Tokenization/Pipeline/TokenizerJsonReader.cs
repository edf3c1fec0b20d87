using System.Text.Json;

namespace Assay.Data.Tokenization.Pipeline;

/// <summary>Reads the fields of a <c>tokenizer.json</c> into the parts of a tokenizer.</summary>
internal static class TokenizerJsonReader
{
    private const int LongestAddedToken = 1024;

    /// <exception cref="InvalidTokenizerException">The only exception that leaves.</exception>
    public static TokenizerParts Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new InvalidTokenizerException($"The tokenizer file is not valid JSON: {exception.Message}", exception);
        }
    }

    private static TokenizerParts Read(JsonElement root)
    {
        var model = root.Field("model") ?? throw new InvalidTokenizerException("The tokenizer file has no 'model'.");
        var vocabulary = Vocabulary(model);
        RequireByteLevelBpe(root, model);
        var unknown = model.Text("unk_token");
        var merges = Merges(model, vocabulary);
        var encoder = new BytePairEncoder(
            vocabulary, merges, model.Flag("ignore_merges", otherwise: false), unknown is null ? -1 : vocabulary.GetValueOrDefault(unknown, -1));
        var (before, after) = PipelineReader.PostProcessor(root.Field("post_processor"));
        return new(
            vocabulary,
            AddedTokens(root, vocabulary),
            PipelineReader.Normalizer(root.Field("normalizer")),
            PipelineReader.PreTokenizer(root.Field("pre_tokenizer")),
            encoder,
            before,
            after);
    }

    private static void RequireByteLevelBpe(JsonElement root, JsonElement model)
    {
        if (!PipelineReader.IsByteLevel(root.Field("pre_tokenizer")))
        {
            throw new InvalidTokenizerException("The tokenizer's BPE is not byte-level (its pre_tokenizer has no ByteLevel part); only byte-level BPE is supported.");
        }

        PipelineReader.RequireByteLevelDecoder(root.Field("decoder"));
        foreach (var option in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!string.IsNullOrEmpty(model.Text(option)))
            {
                throw new InvalidTokenizerException($"The tokenizer's model sets '{option}'; this is not supported.");
            }
        }

        if (model.Flag("byte_fallback", otherwise: false))
        {
            throw new InvalidTokenizerException("The tokenizer's model sets 'byte_fallback'; this is not supported with byte-level tokens.");
        }

        if (model.Field("dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.TryGetDouble(out var rate) && rate == 0))
        {
            throw new InvalidTokenizerException("The tokenizer's model sets 'dropout'; token ids would be random, so this is not supported.");
        }
    }

    private static Dictionary<string, int> Vocabulary(JsonElement model)
    {
        // Old files name no type: with both vocab and merges they are BPE.
        var kind = model.Text("type") ?? (model.Field("merges") is null ? "(none)" : "BPE");
        if (kind != "BPE")
        {
            throw new InvalidTokenizerException($"The tokenizer's model is '{kind}'; supported is BPE.");
        }

        var entries = model.Field("vocab") ?? throw new InvalidTokenizerException("The tokenizer's model has no 'vocab'.");
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (spelling, id) in entries.Members("vocab"))
        {
            vocabulary[spelling] = id.AsTokenId(spelling);
        }

        return vocabulary;
    }

    private static List<(int Left, int Right, int Joined)> Merges(JsonElement model, Dictionary<string, int> vocabulary)
    {
        var merges = new List<(int, int, int)>();
        foreach (var item in model.Items("merges"))
        {
            var (left, right) = Pair(item, merges.Count);
            merges.Add((Id(left), Id(right), Id(left + right)));
        }

        return merges;

        int Id(string spelling) => vocabulary.TryGetValue(spelling, out var id)
            ? id
            : throw new InvalidTokenizerException($"Merge {merges.Count} needs the token '{spelling}', which the vocabulary lacks.");
    }

    private static (string Left, string Right) Pair(JsonElement item, int index)
    {
        if (item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2)
        {
            return (item[0].AsText("merges"), item[1].AsText("merges"));
        }

        var parts = item.ValueKind == JsonValueKind.String ? item.AsText("merges").Split(' ') : [];
        return parts.Length == 2 ? (parts[0], parts[1]) : throw new InvalidTokenizerException($"Merge {index} is not two tokens.");
    }

    private static List<AddedToken> AddedTokens(JsonElement root, Dictionary<string, int> vocabulary)
    {
        var tokens = new List<AddedToken>();
        foreach (var item in root.Items("added_tokens"))
        {
            var content = item.RequiredText("content");
            if (content.Length > LongestAddedToken)
            {
                throw new InvalidTokenizerException($"An added token has {content.Length} characters; at most {LongestAddedToken} are supported.");
            }

            var id = (item.Field("id") ?? throw new InvalidTokenizerException($"The added token '{content}' has no id.")).AsTokenId(content);
            if (vocabulary.TryGetValue(content, out var known) && known != id)
            {
                throw new InvalidTokenizerException($"The added token '{content}' has id {id}, but id {known} in the vocabulary.");
            }

            var special = item.Flag("special", otherwise: false);
            tokens.Add(new(id, content, special)
            {
                Normalized = item.Flag("normalized", otherwise: !special),
                LeftStrip = item.Flag("lstrip", otherwise: false),
                RightStrip = item.Flag("rstrip", otherwise: false),
                SingleWord = item.Flag("single_word", otherwise: false),
            });
        }

        return tokens;
    }
}
