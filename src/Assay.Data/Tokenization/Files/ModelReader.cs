using System.Text.Json;
using Assay.Data.Tokenization.Decoders;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization.Files;

/// <summary>Builds the model of a <c>tokenizer.json</c>; anything outside its list is refused by its type name.</summary>
internal static class ModelReader
{
    /// <param name="model">The description.</param>
    /// <param name="endsInBytes">True when the pre-tokeniser ends in ByteLevel, so that a byte-pair model may read the bytes themselves.</param>
    /// <returns>The vocabulary, the model, and whether it reads bytes.</returns>
    public static (Dictionary<string, int> Vocabulary, ISubwordModel Model, bool ReadsBytes) Read(JsonElement model, bool endsInBytes)
    {
        // Old files name no type; then the fields tell.
        var kind = model.Text("type") ?? (model.Field("merges") is null ? "(none)" : "BPE");
        switch (kind)
        {
            case "BPE":
                return BytePairs(model, endsInBytes);
            case "Unigram":
                return Unigram(model);
            case "WordPiece":
                var vocabulary = Vocabulary(model);
                var word = model.Field("max_input_chars_per_word") is { } most ? most.AsTokenId("max_input_chars_per_word") : 100;
                return (vocabulary, new WordPieceModel(vocabulary, Unknown(model, vocabulary, "[UNK]"), model.Text("continuing_subword_prefix") ?? "##", word), false);
            default:
                throw PartReader.Refused("model", kind, "BPE, Unigram, WordPiece");
        }
    }

    private static (Dictionary<string, int>, ISubwordModel, bool) BytePairs(JsonElement model, bool endsInBytes)
    {
        foreach (var option in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!string.IsNullOrEmpty(model.Text(option)))
            {
                throw new InvalidTokenizerException($"The tokenizer's model sets '{option}'; this is not supported.");
            }
        }

        if (model.Field("dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.TryGetDouble(out var rate) && rate == 0))
        {
            throw new InvalidTokenizerException("The tokenizer's model sets 'dropout'; token ids would be random, so this is not supported.");
        }

        var vocabulary = Vocabulary(model);
        var pairs = Merges(model);
        var merges = new PairTable(pairs.Count);
        for (var rank = 0; rank < pairs.Count; rank++)
        {
            var (left, right) = pairs[rank];
            merges.Set(Id(left, rank), Id(right, rank), rank, Id(left + right, rank));
        }

        var unknown = model.Text("unk_token") is null ? -1 : Unknown(model, vocabulary, "");
        var ignoreMerges = model.Flag("ignore_merges", otherwise: false);
        var fallsBack = model.Flag("byte_fallback", otherwise: false);
        if (endsInBytes && !fallsBack && ByteSymbols.Covers(vocabulary))
        {
            return (vocabulary, new BytePairModel(merges, new ByteSymbols(vocabulary), ignoreMerges), true);
        }

        var symbols = new CharacterSymbols(vocabulary, fallsBack ? ByteTokens(vocabulary) : [], unknown, model.Flag("fuse_unk", otherwise: false));
        var boundaries = new MergeBoundaries(symbols, pairs, spelling => ByteFallbackStage.ByteOf(spelling) >= 0 || vocabulary[spelling] == unknown);
        return (vocabulary, new BytePairModel(merges, symbols, ignoreMerges, boundaries), false);

        int Id(string spelling, int rank) => vocabulary.TryGetValue(spelling, out var id)
            ? id
            : throw new InvalidTokenizerException($"Merge {rank} needs the token '{spelling}', which the vocabulary lacks.");
    }

    private static (Dictionary<string, int>, ISubwordModel, bool) Unigram(JsonElement model)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        List<double> scores = [];
        foreach (var item in model.Items("vocab"))
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2 || item[1].ValueKind != JsonValueKind.Number ||
                !item[1].TryGetDouble(out var score) || !double.IsFinite(score) || scores.Count >= Tokenizer.MaxTokens)
            {
                throw new InvalidTokenizerException($"Entry {scores.Count} of the tokenizer's vocab is not a text and a finite score, or is one too many.");
            }

            vocabulary[item[0].AsText("vocab")] = scores.Count;
            scores.Add(score);
        }

        // Without an unknown token some texts could not be encoded at all.
        var unknown = (model.Field("unk_id") ?? throw new InvalidTokenizerException("The tokenizer's Unigram model has no 'unk_id'.")).AsTokenId("unk_id");
        if (unknown >= scores.Count)
        {
            throw new InvalidTokenizerException($"The tokenizer's 'unk_id' is {unknown}, but its vocab has {scores.Count} entries.");
        }

        var bytes = model.Flag("byte_fallback", otherwise: false) ? ByteTokens(vocabulary) : [];
        var findable = new Dictionary<string, int>(vocabulary, StringComparer.Ordinal);
        findable.Remove("");
        return (vocabulary, new UnigramModel(new(findable, [.. scores], unknown) { IdOfByte = bytes }), false);
    }

    private static int[] ByteTokens(Dictionary<string, int> vocabulary) =>
        [.. Enumerable.Range(0, 256).Select(value => vocabulary.GetValueOrDefault($"<0x{value:X2}>", -1))];

    private static int Unknown(JsonElement model, Dictionary<string, int> vocabulary, string otherwise)
    {
        var token = model.Text("unk_token") ?? otherwise;
        return vocabulary.TryGetValue(token, out var id)
            ? id
            : throw new InvalidTokenizerException($"The tokenizer's 'unk_token' is '{token}', which the vocabulary lacks.");
    }

    private static Dictionary<string, int> Vocabulary(JsonElement model)
    {
        var entries = model.Field("vocab") ?? throw new InvalidTokenizerException("The tokenizer's model has no 'vocab'.");
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var spellings = new Dictionary<int, string>();
        foreach (var (spelling, element) in entries.Members("vocab"))
        {
            var id = element.AsTokenId(spelling);
            vocabulary[spelling] = id;
            if (!spellings.TryAdd(id, spelling) && spellings[id] != spelling)
            {
                throw new InvalidTokenizerException($"The tokens '{spellings[id]}' and '{spelling}' share the id {id}.");
            }
        }

        return vocabulary;
    }

    private static List<(string Left, string Right)> Merges(JsonElement model)
    {
        var merges = new List<(string, string)>();
        foreach (var item in model.Items("merges"))
        {
            merges.Add(Pair(item, merges.Count));
        }

        return merges;
    }

    // Older files write "a b"; a token with a blank in it needs the newer ["a", "b"].
    private static (string Left, string Right) Pair(JsonElement item, int index)
    {
        if (item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2)
        {
            return (item[0].AsText("merges"), item[1].AsText("merges"));
        }

        var parts = item.ValueKind == JsonValueKind.String ? item.AsText("merges").Split(' ') : [];
        return parts.Length == 2 ? (parts[0], parts[1]) : throw new InvalidTokenizerException($"Merge {index} is not two tokens.");
    }
}
