using System.Text.Json;
using Assay.Data.Tokenization;

namespace Assay.Worker.Conformance;

/// <summary>Checks of a folder below <c>tokenizers/</c>: token ids and decoded text of recorded samples.</summary>
internal sealed class TokenizerChecks : ICheckSource
{
    private const string Prefix = "golden_tokens";
    private readonly GoldenFolder folder;
    private readonly IReadOnlyList<(string Variant, JsonDocument Goldens)> files;

    /// <param name="folder">Folder with <c>golden_tokens.json</c> or <c>golden_tokens_VARIANT.json</c>.</param>
    public TokenizerChecks(GoldenFolder folder)
    {
        this.folder = folder;
        files = [.. folder.FileNames($"{Prefix}*.json").Select(name =>
            (name[Prefix.Length..^".json".Length].TrimStart('_'), JsonDocument.Parse(folder.Read($"{folder.Name}/{name}"))))];
    }

    /// <inheritdoc/>
    public IEnumerable<Check> All()
    {
        foreach (var (variant, goldens) in files)
        {
            foreach (var check in variant.Length == 0 ? OfTokenizerJson(goldens.RootElement) : OfSentencePiece(goldens.RootElement, variant))
            {
                yield return check;
            }
        }
    }

    public void Dispose()
    {
        foreach (var (_, goldens) in files)
        {
            goldens.Dispose();
        }
    }

    /// <summary>Ids of a golden.</summary>
    public static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];

    private IEnumerable<Check> OfTokenizerJson(JsonElement goldens)
    {
        var tokenizer = new Lazy<Tokenizer>(() => TokenizerJson.Parse(folder.Read($"{folder.Name}/tokenizer.json")));
        var samples = goldens.GetProperty("samples").EnumerateArray().ToList();
        yield return Same("encode", samples, sample => tokenizer.Value.Encode(Text(sample)), sample => sample.GetProperty("ids"));
        yield return Same("encode_special", samples, sample => tokenizer.Value.EncodeWithSpecials(Text(sample)),
            sample => sample.TryGetProperty("ids_with_special", out var ids) ? ids : sample.GetProperty("ids"));
        yield return Decoded("decode", samples, tokenizer);
        if (goldens.TryGetProperty("disputed", out var disputed) && disputed.GetArrayLength() > 0)
        {
            yield return Same("disputed", [.. disputed.EnumerateArray()], sample => tokenizer.Value.Encode(Text(sample)), sample => sample.GetProperty("ids_independent"));
        }

        var sure = samples.Where(sample => sample.TryGetProperty("double_checked", out var twice) && twice.GetBoolean()).ToList();
        if (sure.Count > 0 && folder.Has($"{folder.Name}/tokenizer.model"))
        {
            byte[] model = folder.Read($"{folder.Name}/tokenizer.model");
            bool isRankList = TiktokenFile.IsRankList(model);
            var other = new Lazy<Tokenizer>(() => isRankList
                ? TiktokenFile.Parse(model, folder.Read($"{folder.Name}/tokenizer.json"))
                : SentencePieceModel.Parse(model));
            yield return Same(isRankList ? "ranks" : "sentencepiece", sure, sample => other.Value.Encode(Text(sample)), sample => sample.GetProperty("ids"));
        }
    }

    private IEnumerable<Check> OfSentencePiece(JsonElement goldens, string variant)
    {
        var tokenizer = new Lazy<Tokenizer>(() => SentencePieceModel.Parse(folder.Read($"{folder.Name}/tokenizer.model.{variant}")));
        var samples = goldens.GetProperty("samples").EnumerateArray().ToList();
        yield return Same($"encode:{variant}", samples, sample => tokenizer.Value.Encode(Text(sample)), sample => sample.GetProperty("ids"));
        yield return Decoded($"decode:{variant}", samples, tokenizer);
    }

    private static string Text(JsonElement sample) => sample.GetProperty("text").GetString()!;

    private static Check Same(string name, List<JsonElement> samples, Func<JsonElement, int[]> own, Func<JsonElement, JsonElement> golden) =>
        new(name, () => Figure.Count(samples.Count(sample => own(sample).SequenceEqual(Ids(golden(sample)))), samples.Count));

    private static Check Decoded(string name, List<JsonElement> samples, Lazy<Tokenizer> tokenizer) =>
        new(name, () => Figure.Count(
            samples.Count(sample => tokenizer.Value.Decode(Ids(sample.GetProperty("ids"))) == sample.GetProperty("decoded").GetString()), samples.Count));
}
