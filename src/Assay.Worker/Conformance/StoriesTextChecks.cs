using System.Text.Json;
using Assay.Data.Tokenization;

namespace Assay.Worker.Conformance;

/// <summary>Checks of the text of recorded stories: prompts to ids, ids to text.</summary>
/// <param name="folder">Folder with <c>golden_generation.json</c>; without a tokenizer there or among the assets nothing can be checked.</param>
internal sealed class StoriesTextChecks(GoldenFolder folder) : ICheckSource
{
    private readonly Lazy<Tokenizer> tokenizer = new(() => TokenizerJson.Parse(folder.Read($"{folder.Name}/tokenizer.json")));

    /// <inheritdoc/>
    public IEnumerable<Check> All()
    {
        using var stories = JsonDocument.Parse(folder.Read($"{folder.Name}/golden_generation.json"));
        foreach (var (number, story) in stories.RootElement.Clone().EnumerateArray().Index())
        {
            string? missing = folder.Has($"{folder.Name}/tokenizer.json") ? null : "there is no tokenizer.json";
            yield return new Check($"prompt:{number}", () => Prompt(story)) { Skipped = missing };
            yield return new Check($"text:{number}", () => Text(story)) { Skipped = missing };
        }

        if (folder.Has($"{folder.Name}/golden_tokens_sentencepiece.json"))
        {
            yield return new Check("sentencepiece", SentencePiece)
            {
                Skipped = folder.Has($"{folder.Name}/tokenizer.model") ? null : "there is no tokenizer.model",
            };
        }
    }

    public void Dispose()
    {
    }

    private Figure Prompt(JsonElement story) =>
        Equal(tokenizer.Value.EncodeWithSpecials(story.GetProperty("prompt").GetString()!).SequenceEqual(TokenizerChecks.Ids(story.GetProperty("prompt_ids"))));

    private Figure Text(JsonElement story)
    {
        int[] ids = [.. TokenizerChecks.Ids(story.GetProperty("prompt_ids")), .. TokenizerChecks.Ids(story.GetProperty("greedy_ids"))];
        return Equal(tokenizer.Value.Decode(ids, skipSpecial: true) == story.GetProperty("text").GetString());
    }

    private Figure SentencePiece()
    {
        using var goldens = JsonDocument.Parse(folder.Read($"{folder.Name}/golden_tokens_sentencepiece.json"));
        var model = SentencePieceModel.Parse(folder.Read($"{folder.Name}/tokenizer.model"));
        int good = goldens.RootElement.EnumerateArray().Count(sample =>
            TokenizerChecks.Ids(sample.GetProperty("ids")) is var ids &&
            model.Encode(sample.GetProperty("text").GetString()!).SequenceEqual(ids) &&
            model.Decode(ids) == sample.GetProperty("decoded").GetString());
        return Figure.Count(good, goldens.RootElement.GetArrayLength());
    }

    private static Figure Equal(bool equal) => equal ? Figure.Ok : new Figure(false, "differs");
}
