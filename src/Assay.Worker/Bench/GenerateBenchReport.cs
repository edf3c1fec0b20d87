using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Worker.Bench;

/// <summary>A generation benchmark's outcome for people and for programs.</summary>
internal static class GenerateBenchReport
{
    private static readonly JsonSerializerOptions Contract = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>One object on one line, numbers unrounded.</summary>
    public static string Json(GenerateBenchResult result) => JsonSerializer.Serialize(result, Contract) + "\n";

    /// <summary>A table of the same.</summary>
    public static string Table(GenerateBenchResult result)
    {
        var text = new StringBuilder();
        var plain = CultureInfo.InvariantCulture;
        text.AppendLine(plain, $"{result.Shape} {result.Weights}: prompt {result.Prompt}, {result.Tokens} new tokens, {result.Batch} rows, {result.Adapters} adapters, {result.Threads} threads, {result.Isa}");
        text.AppendLine("path          prefill/s   decode/s       best");
        text.AppendLine(plain, $"decode        {result.PrefillTokensPerSecond,9:F1} {result.DecodeTokensPerSecond,10:F1} {result.Best,10:F1}");
        text.AppendLine(plain, $"torch bf16    {result.Naive.PrefillTokensPerSecond,9:F1} {result.Naive.DecodeTokensPerSecond,10:F1} {result.Naive.Best,10:F1}");
        text.AppendLine(plain, $"first token after {result.FirstTokenMs:F0} ms, prefill is {result.PrefillToDecode:F1} times decode, ratio to torch {result.Ratio:F2}");
        text.AppendLine(plain, $"{result.BytesPerToken / 1e6:F0} MB a pass, {result.EffectiveGbPerSecond:F1} GB/s; in turns with reading alone {result.ReadShare:P0} of {result.ReadGbPerSecond:F1} GB/s; peak {result.PeakRssMib:F0} MiB, scores correlate {result.ScoreCorrelation:F4}");
        if (result.RatioToBf16 is { } quantised)
        {
            text.AppendLine(plain, $"ratio to bf16 weights {quantised:F2}");
        }

        if (result.RatioToOneAdapter is { } adapters)
        {
            text.AppendLine(plain, $"ratio to the same rows on one adapter {adapters:F2}");
        }

        return text.ToString();
    }
}
