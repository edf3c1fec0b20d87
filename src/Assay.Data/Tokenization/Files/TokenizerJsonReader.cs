using System.Text.Json;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization.Files;

/// <summary>Reads the fields of a <c>tokenizer.json</c> into the parts of a tokenizer.</summary>
internal static class TokenizerJsonReader
{
    private const int LongestAddedToken = 1024;

    /// <exception cref="InvalidTokenizerException">The only exception that leaves.</exception>
    public static TokenizerParts Read(ReadOnlyMemory<byte> utf8) => WithDocument(utf8, static root =>
    {
        var model = root.Field("model") ?? throw new InvalidTokenizerException("The tokenizer file has no 'model'.");
        var (vocabulary, subwords, readsBytes) = ModelReader.Read(model, PreTokenizerReader.EndsInBytes(root.Field("pre_tokenizer")));
        return Around(root, vocabulary, subwords, readsBytes);
    });

    /// <summary>Everything but the model: a rank list beside the file takes its place.</summary>
    /// <exception cref="InvalidTokenizerException">The only exception that leaves.</exception>
    public static TokenizerParts ReadAround(ReadOnlyMemory<byte> utf8, Dictionary<string, int> vocabulary, ISubwordModel byteModel) => WithDocument(utf8, root =>
        PreTokenizerReader.EndsInBytes(root.Field("pre_tokenizer"))
            ? Around(root, vocabulary, byteModel, readsBytes: true)
            : throw new InvalidTokenizerException("The tokenizer.json beside a rank list does not end in ByteLevel, so it belongs to another vocabulary."));

    private static TokenizerParts WithDocument(ReadOnlyMemory<byte> utf8, Func<JsonElement, TokenizerParts> read)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new InvalidTokenizerException($"The tokenizer file is not valid JSON: {exception.Message}", exception);
        }
    }

    private static TokenizerParts Around(JsonElement root, Dictionary<string, int> vocabulary, ISubwordModel model, bool readsBytes)
    {
        var added = AddedTokens(root, vocabulary);
        var normalizer = NormalizerReader.Read(root.Field("normalizer"));
        var (before, after) = PostProcessorReader.Read(root.Field("post_processor"));
        return new(vocabulary, model, DecoderReader.Read(root.Field("decoder")))
        {
            AddedTokens = added,
            Verbatim = new(added.Where(static token => !token.Normalized).Select(static token => (token.Content, token))),
            Normalized = new(added.Where(static token => token.Normalized).Select(token => (normalizer.Apply(new(token.Content, 0)).Value, token))),
            Normalizer = normalizer,
            PreTokenizer = PreTokenizerReader.Read(root.Field("pre_tokenizer"), readsBytes),
            Before = before,
            After = after,
        };
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

            tokens.Add(item.AsAddedToken(id, content));
        }

        return tokens;
    }
}
