using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Generation;
using Assay.Models.Influence;
using Assay.Testing;
using Assay.Worker.Jobs;

namespace Assay.Worker.Tests.Jobs;

public sealed class ResidentHostTests
{
    private static readonly string Starter = Path.Combine(Repository.Root, "models", "starter");
    private static readonly GenerateOptions Options = new() { MaxTokens = 12, Temperature = 0.8, Seed = 3, IgnoreEnd = true };

    [Fact]
    public async Task Questions_for_one_base_are_answered_side_by_side_and_each_as_if_alone()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var host = new ResidentHost();
        using var first = await host.UseAsync(Starter, cancel);
        using var second = await host.UseAsync(Starter, cancel);
        Assert.Same(first.Model, second.Model);

        int[] prompt = first.Model.Model.EncodePrompt([new ChatMessage("user", "What does List.Add do?")]);
        var request = new GenerationRequest(prompt, Options);
        var alone = await first.Model.ReplyAsync(request);
        var replies = await Task.WhenAll(Enumerable.Range(0, 3).Select(index => second.Model.ReplyAsync(index == 1 ? request : request with { Options = Options with { Seed = (ulong)index } })));

        Assert.Equal(alone.Ids, replies[1].Ids);
        Assert.NotEmpty(alone.Text);
        var phi = await first.Model.InvokeAsync(weights => Phi.Measure(weights, null, prompt, alone.Ids));
        Assert.Equal((0, phi.BitsTuned), (phi.Value, phi.BitsBase));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_loaded_fails_its_own_question_and_leaves_room_for_the_next()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var host = new ResidentHost();

        await Assert.ThrowsAsync<InvalidModelConfigException>(() => host.UseAsync(Path.Combine(Path.GetTempPath(), "assay-no-such-model"), cancel));

        using var use = await host.UseAsync(Starter, cancel);
        Assert.Equal(Starter, use.Model.Model.Folder);
    }
}
