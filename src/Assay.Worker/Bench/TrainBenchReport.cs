using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Worker.Bench;

/// <summary>A training benchmark's outcome for people and for programs.</summary>
internal static class TrainBenchReport
{
    private static readonly JsonSerializerOptions Contract = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>One object on one line, numbers unrounded.</summary>
    public static string Json(TrainBenchResult result) => JsonSerializer.Serialize(result, Contract) + "\n";

    /// <summary>A table of the same.</summary>
    public static string Table(TrainBenchResult result)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{result.Shape}: {result.Sequences} sequences, {result.Tokens} tokens, {result.Supervised} supervised, rank {result.Rank}, quantization {result.Quantization}, {result.Dtype}, {result.Threads} threads, {result.Isa}");
        text.AppendLine("path            tokens/s      best  peak MiB  first loss");
        Row(text, "packed", result.Packed);
        Row(text, "autograd fp32", result.NaiveFp32);
        Row(text, "autograd bf16", result.NaiveBf16);
        text.AppendLine(CultureInfo.InvariantCulture, $"ratio {result.Ratio:F2}, token losses correlate {result.LossCorrelation:F4}");
        if (result.RatioToBf16 is { } quantised)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"ratio to the packed path in bf16 {quantised:F2}");
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, PathResult path) => text.AppendLine(path.Skipped is { } reason
        ? $"{name,-14} skipped: {reason}"
        : string.Create(CultureInfo.InvariantCulture, $"{name,-14} {path.TokensPerSecond,9:F1} {path.Best,9:F1} {path.PeakRssMib,9:F0} {path.FirstLoss,11:F4}"));
}
