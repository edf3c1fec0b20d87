using System.Security.Cryptography;
using Assay.Data.Tokenization;
using Assay.Data.Trace;
using Assay.Models;
using Assay.Models.Generation;
using Assay.Testing;

namespace Assay.Worker.Tests.Pretraining;

public sealed class StarterModelTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "models", "starter");

    [Fact]
    public void The_shipped_starter_loads_and_answers_in_a_sentence()
    {
        using var model = BaseModel.Load(Folder);
        int[] prompt = model.EncodePrompt([new ChatMessage("user", "What does Stream.Write do?")]);

        var reply = new Generator(model, TimeProvider.System).Generate(
            prompt, new GenerateOptions { Temperature = 0, MaxTokens = 120 }, null, null, TestContext.Current.CancellationToken);

        Assert.Equal(StopReason.EndToken, reply.Reason);
        Assert.EndsWith(".", reply.Text, StringComparison.Ordinal);
        Assert.InRange(reply.Text.Split(' ').Length, 4, 100);
    }

    [Fact]
    public void The_folder_is_small_and_its_bits_belong_to_its_tokenizer()
    {
        var bits = ReferenceBits.Parse(File.ReadAllBytes(Path.Combine(Folder, "reference_bits.json")));

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, "tokenizer.json")))), bits.TokenizerHash);
        Assert.Equal(TokenizerJson.Load(Path.Combine(Folder, "tokenizer.json")).VocabularySize, bits.VocabularySize);
        Assert.True(Directory.EnumerateFiles(Folder).Sum(file => new FileInfo(file).Length) <= 20_000_000);
        Assert.Contains("demonstration model", File.ReadAllText(Path.Combine(Folder, "README.md")), StringComparison.Ordinal);
    }
}
