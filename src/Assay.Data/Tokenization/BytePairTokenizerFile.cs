using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Data.Tokenization.Patterns;

namespace Assay.Data.Tokenization;

/// <summary>Writes a trained vocabulary as the files that Hugging Face tokenizers read.</summary>
public static class BytePairTokenizerFile
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The bytes of <c>tokenizer.json</c>; the same vocabulary gives the same bytes.</summary>
    public static byte[] TokenizerJson(BytePairVocabulary vocabulary) => Write(json =>
    {
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        for (var id = 0; id < vocabulary.SpecialTokens.Count; id++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", vocabulary.SpecialTokens[id]);
            foreach (var flag in (string[])["single_word", "lstrip", "rstrip", "normalized"])
            {
                json.WriteBoolean(flag, false);
            }

            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("normalizer");
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", WordPatterns.SingleDigits);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        json.WriteStartObject();
        ByteLevel(json);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("post_processor");
        ByteLevel(json);
        json.WriteEndObject();
        json.WriteStartObject("decoder");
        ByteLevel(json);
        json.WriteEndObject();
        Model(json, vocabulary);
    });

    /// <summary>The bytes of <c>tokenizer_config.json</c>.</summary>
    /// <param name="config">Special token names, context length and chat template.</param>
    public static byte[] TokenizerConfigJson(TokenizerConfig config) => Write(json =>
    {
        json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        json.WriteBoolean("add_bos_token", config.AddBosToken);
        foreach (var (name, token) in config.SpecialTokens)
        {
            json.WriteString(name, token);
        }

        if (config.ModelMaxLength is { } length)
        {
            json.WriteNumber("model_max_length", length);
        }

        if (config.ChatTemplate is { } template)
        {
            json.WriteString("chat_template", template);
        }
    });

    private static void Model(Utf8JsonWriter json, BytePairVocabulary vocabulary)
    {
        var first = vocabulary.SpecialTokens.Count;
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        foreach (var option in (string[])["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            json.WriteNull(option);
        }

        foreach (var option in (string[])["fuse_unk", "byte_fallback", "ignore_merges"])
        {
            json.WriteBoolean(option, false);
        }

        json.WriteStartObject("vocab");
        for (var id = 0; id < first; id++)
        {
            json.WriteNumber(vocabulary.SpecialTokens[id], id);
        }

        for (var i = 0; i < vocabulary.Tokens.Count; i++)
        {
            json.WriteNumber(vocabulary.Tokens[i], first + i);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in vocabulary.Merges)
        {
            json.WriteStringValue($"{vocabulary.Tokens[left - first]} {vocabulary.Tokens[right - first]}");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void ByteLevel(Utf8JsonWriter json)
    {
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", false);
        json.WriteBoolean("use_regex", false);
    }

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
