using System.CommandLine;
using Assay.Data.Tokenization;
using Assay.Models;
using Assay.Models.Generation;
using Assay.Testing;
using Assay.Worker.Verbs;

namespace Assay.Worker.Tests.Training;

/// <summary><c>engine train</c> as a user types it.</summary>
public sealed class TrainVerbTests : IDisposable
{
    private static readonly string Starter = Path.Combine(Repository.Root, "models", "starter");

    private readonly string folder = Directory.CreateTempSubdirectory("assay-train-verb-").FullName;

    public TrainVerbTests() => File.WriteAllLines(Data, Enumerable.Range(0, 12).Select(index => $"{{\"question\":\"What is number {index}?\",\"answer\":\"The stream is closed.\"}}"));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_whole_model_is_trained_written_and_says_what_it_learnt()
    {
        string output = Path.Combine(folder, "whole");
        Assert.Equal(0, await Train(output, "--full", "--steps", "10", "--learning-rate", "0.002"));

        using var model = BaseModel.Load(Path.Combine(output, "model"));
        int[] prompt = model.EncodePrompt([new ChatMessage("user", "What is number 3?")]);
        var reply = new Generator(model, TimeProvider.System).Generate(prompt, new GenerateOptions { Temperature = 0, MaxTokens = 12 }, null, null, CancellationToken.None);

        Assert.Equal("The stream is closed.", reply.Text.Trim());
        await Assert.ThrowsAsync<IOException>(() => Train(output, "--full", "--steps", "10"));
    }

    [Theory]
    [InlineData("--dora")]
    [InlineData("--rslora")]
    [InlineData("--bias", "All")]
    [InlineData("--save-module", "lm_head")]
    [InlineData("--quantization", "nf4")]
    [InlineData("--target", "q_proj", "--target", "v_proj", "--schedule", "Linear", "--weight-decay", "0.1")]
    public async Task Every_kind_of_adapter_is_trained_and_can_be_continued(params string[] options)
    {
        string first = Path.Combine(folder, "first"), second = Path.Combine(folder, "second");

        Assert.Equal(0, await Train(first, [.. options, "--steps", "2"]));
        Assert.Equal(0, await Train(second, "--adapter", first, "--steps", "2"));

        Assert.True(File.Exists(Path.Combine(second, "adapter_model.safetensors")));
        Assert.NotEqual(File.ReadAllBytes(Path.Combine(first, "adapter_model.safetensors")), File.ReadAllBytes(Path.Combine(second, "adapter_model.safetensors")));
    }

    private string Data => Path.Combine(folder, "data.jsonl");

    private Task<int> Train(string output, params string[] options) =>
        TrainVerb.Create()
            .Parse([Starter, Data, output, "--batch", "4", "--cut-off", "48", "--rank", "4", .. options])
            .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
