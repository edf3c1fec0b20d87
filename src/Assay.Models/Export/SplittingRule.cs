using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Data.Tokenization;

namespace Assay.Models.Export;

/// <summary>Which of llama.cpp's rules for splitting text before byte-level BPE a tokenizer follows.</summary>
/// <remarks>
/// llama.cpp's converter tells rules apart by the SHA-256 of the token ids of one test text; text and hashes are its published ones
/// (convert_hf_to_gguf.py, get_vocab_base_pre). A tokenizer with other tokens has another hash, so three common rules are also known by their form.
/// </remarks>
internal static class SplittingRule
{
    private const string TestText =
        "\n \n\n \n\n\n \t \t\t \t\n  \n   \n    \n     \n🚀 (normal) 😶\u200d🌫️ (multiple emojis concatenated) ✅ 🦙🦙 3 33 333 3333 33333 333333 3333333 33333333 3.3 3..3 3...3 "
        + "កាន់តែពិសេសអាច😁 ?我想在apple工作1314151天～ ------======= нещо на Български ''''''```````\"\"\"\"......!!!!!!?????? I've been 'told he's there, 'RE you sure? "
        + "'M not sure I'll make it, 'D you like some tea? We'Ve a'lL";

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2Pattern = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + Rest;
    private const string Llama3Pattern = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + Rest;

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["3ce83efda5659b07b1ad37ca97ca5797ea4285d9b9ab0dc679e4a720c9da7454"] = "gpt-2",
        ["0ef9807a4087ebef797fc749390439009c3b9eda9ad1a097abbe738f486c01e5"] = "llama-bpe",
        ["e636dc30a262dcc0d8c323492e32ae2b70728f4df7dfe9737d9f920a282b8aea"] = "qwen2",
        ["d4540891389ea895b53b399da6ac824becc30f2fba0e9ddbb98f92e55ca0e97c"] = "qwen2",
        ["b3f499bb4255f8ca19fccd664443283318f2fd2414d5e0b040fbdd0cc195d6c5"] = "deepseek-r1-qwen",
        ["049ecf7629871e3041641907f3de7c733e4dbfdc736f57d882ba0b0845599754"] = "deepseek-llm",
        ["347715f544604f9118bb75ed199f68779f423cabb20db6de6f31b908d04d7821"] = "deepseek-coder",
        ["877081d19cf6996e2c4ff0e1236341e9b7bde288f5311a56a937f0afbbb3aeb5"] = "deepseek-v3",
        ["855059429035d75a914d1eda9f10a876752e281a054a7a3d421ef0533e5b6249"] = "smollm",
        ["3c30d3ad1d6b64202cd222813e7736c2db6e1bd6d67197090fc1211fbc612ae7"] = "bloom",
        ["8aeee3860c56296a157a1fe2fad249ec40aa59b1bb5709f4ade11c4e6fe652ed"] = "falcon",
        ["9d032fcbd5501f4a38150912590928bfb36091efb5df11b8e2124b0390e3fb1e"] = "falcon3",
        ["63b97e4253352e6f357cc59ea5b583e3a680eaeaf2632188c2b952de2588485e"] = "tekken",
        ["b6e8e1518dc4305be2fe39c313ed643381c4da5db34a98f6a04c093f8afbe99b"] = "chatglm-bpe",
        ["81d72c7348a9f0ebe86f23298d37debe0a5e71149e29bd283904c02262b27516"] = "chatglm-bpe",
        ["a1336059768a55c99a734006ffb02203cd450fed003e9a71886c88acf24fdbc2"] = "glm4",
        ["ccc2ef013c104be7bae2965776d611e1d7a8a2a9c547dd93a682c9a9fc80352e"] = "gpt-4o",
    };

    /// <summary>The rule's name.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="file">Its <c>tokenizer.json</c>.</param>
    /// <param name="begin">Id of its beginning token, or null.</param>
    /// <exception cref="ExportRefusedException">No known rule; a guess would change how text is split.</exception>
    public static string NameOf(Tokenizer tokenizer, JsonElement file, int? begin) =>
        Fingerprints(tokenizer, begin).Select(fingerprint => Known.GetValueOrDefault(fingerprint)).FirstOrDefault(rule => rule is not null)
        ?? ByForm(file)
        ?? throw new ExportRefusedException("The tokenizer splits text by a rule that is not among the known ones of llama.cpp, and with another rule the file would read text differently. Export as safetensors instead.");

    /// <summary>SHA-256 of the ids of the test text, written as Python writes a list: as the file has them, and behind the beginning token that some loaders add.</summary>
    internal static IEnumerable<string> Fingerprints(Tokenizer tokenizer, int? begin)
    {
        int[] ids = tokenizer.EncodeWithSpecials(TestText);
        int[][] forms = begin is { } first ? [ids, [first, .. ids]] : [ids];
        return forms.Select(form => $"[{string.Join(", ", form.Select(id => id.ToString(CultureInfo.InvariantCulture)))}]")
            .Select(list => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(list))));
    }

    // GPT-2: ByteLevel alone with its own pattern. LLaMA 3 and Qwen 2: one split by a published pattern, then ByteLevel without its own.
    private static string? ByForm(JsonElement file)
    {
        bool plain = !file.TryGetProperty("normalizer", out var normalizer) || normalizer.ValueKind is JsonValueKind.Null;
        if (!plain || !file.TryGetProperty("pre_tokenizer", out var splitting) || splitting.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        bool wholeWords = IsTrue(file.GetProperty("model"), "ignore_merges", otherwise: false);
        if (IsType(splitting, "ByteLevel"))
        {
            return !wholeWords && IsTrue(splitting, "use_regex", otherwise: true) && !IsTrue(splitting, "add_prefix_space", otherwise: true) ? "gpt-2" : null;
        }

        if (!IsType(splitting, "Sequence") || splitting.GetProperty("pretokenizers") is not { ValueKind: JsonValueKind.Array } steps || steps.GetArrayLength() != 2
            || !IsType(steps[0], "Split") || !IsType(steps[1], "ByteLevel") || IsTrue(steps[1], "use_regex", otherwise: true) || IsTrue(steps[1], "add_prefix_space", otherwise: true)
            || steps[0].GetProperty("behavior").GetString() != "Isolated" || IsTrue(steps[0], "invert", otherwise: false))
        {
            return null;
        }

        return steps[0].GetProperty("pattern").TryGetProperty("Regex", out var pattern) ? (pattern.GetString(), wholeWords) switch
        {
            (Qwen2Pattern, false) => "qwen2",
            (Llama3Pattern, true) => "llama-bpe",
            _ => null,
        } : null;
    }

    private static bool IsType(JsonElement part, string type) => part.TryGetProperty("type", out var value) && value.ValueKind is JsonValueKind.String && value.GetString() == type;

    private static bool IsTrue(JsonElement part, string name, bool otherwise) => part.TryGetProperty(name, out var value) ? value.ValueKind is JsonValueKind.True : otherwise;
}
