using System.Text;
using Assay.Data.Tokenization;
using Assay.Testing;

namespace Assay.Server.Tests;

/// <summary>A base model of some 60,000 random weights: it trains in seconds, answers nonsense, and everything around it is real.</summary>
internal static class TinyBase
{
    /// <summary>What runs and chats call it.</summary>
    public const string Name = "tiny";

    /// <summary>The setting that makes a server offer it; <see cref="Write"/> puts it there.</summary>
    public const string Setting = "ModelCatalog:Folder={scratch}/bases";

    private const int Vocabulary = 320; // of the golden model whose weights it takes

    private const string Template =
        "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

    /// <summary>Writes the model's folder beside the server's data folder.</summary>
    public static void Write(AssayServer server)
    {
        var golden = Goldens.Require("models/llama3");
        var folder = Directory.CreateDirectory(Path.Combine(server.Scratch, "bases", Name)).FullName;
        foreach (var file in (string[])["config.json", "generation_config.json", "model.safetensors"])
        {
            File.Copy(Path.Combine(golden, file), Path.Combine(folder, file));
        }

        var texts = Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples", "text", "careful"), "*.md").Order(StringComparer.Ordinal).Select(File.ReadAllText);
        var vocabulary = BytePairTrainer.Train(texts, new BytePairTrainerOptions(Vocabulary, ["<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]), TestContext.Current.CancellationToken);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), BytePairTokenizerFile.TokenizerJson(vocabulary));
        var tokens = new Dictionary<string, string> { ["pad_token"] = "<|pad|>", ["eos_token"] = "<|end|>" };
        File.WriteAllBytes(Path.Combine(folder, "tokenizer_config.json"), BytePairTokenizerFile.TokenizerConfigJson(new TokenizerConfig(tokens, Template) { ModelMaxLength = 256 }));
        File.WriteAllText(Path.Combine(folder, "README.md"), "---\nlicense: Apache-2.0\n---\n", Encoding.UTF8);
    }
}
