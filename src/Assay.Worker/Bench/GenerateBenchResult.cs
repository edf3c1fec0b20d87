namespace Assay.Worker.Bench;

/// <summary>Speed of plain TorchSharp on the same weights, in bf16.</summary>
/// <param name="PrefillTokensPerSecond">Prompt tokens a second.</param>
/// <param name="DecodeTokensPerSecond">New tokens a second, median of the rounds.</param>
/// <param name="Best">Best round.</param>
internal sealed record NaiveGenerateResult(double PrefillTokensPerSecond, double DecodeTokensPerSecond, double Best);

/// <summary>Outcome of a generation benchmark; field names are those of the JSON contract.</summary>
internal sealed record GenerateBenchResult
{
    public string Schema { get; } = "assay.bench/1";

    public string Kind { get; } = "generate";

    public required string Shape { get; init; }

    public required string Weights { get; init; }

    public required int Prompt { get; init; }

    public required int Tokens { get; init; }

    public required int Batch { get; init; }

    public required int Adapters { get; init; }

    public required int Threads { get; init; }

    public required string Isa { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Prompt tokens a second, one row after the other; median of the rounds.</summary>
    public required double PrefillTokensPerSecond { get; init; }

    /// <summary>From the first prompt's start to its first new token; median of the rounds.</summary>
    public required double FirstTokenMs { get; init; }

    /// <summary>New tokens a second of all rows together; median of the rounds.</summary>
    public required double DecodeTokensPerSecond { get; init; }

    /// <summary>Best round.</summary>
    public required double Best { get; init; }

    /// <summary>Weight bytes that one pass over the model reads, whatever the number of rows.</summary>
    public required long BytesPerToken { get; init; }

    /// <summary>Weight bytes read a second while decoding, 10⁹.</summary>
    public required double EffectiveGbPerSecond { get; init; }

    /// <summary>What the same threads reach when they only read memory, 10⁹ bytes a second, median of turns between short pieces of decoding.</summary>
    public required double ReadGbPerSecond { get; init; }

    /// <summary>Weight bytes read while decoding over what reading alone reached just before, median of the turns.</summary>
    public required double ReadShare { get; init; }

    /// <summary>Peak resident memory of the decoding path, MiB, or null where unknown.</summary>
    public required double? PeakRssMib { get; init; }

    /// <summary>Plain TorchSharp.</summary>
    public required NaiveGenerateResult Naive { get; init; }

    /// <summary>Decode median over the naive one.</summary>
    public required double Ratio { get; init; }

    /// <summary>Prefill tokens a second over decode tokens a second of one row.</summary>
    public required double PrefillToDecode { get; init; }

    /// <summary>Decode median over the same path's with bf16 weights, rounds alternating; null when they are bf16.</summary>
    public double? RatioToBf16 { get; init; }

    /// <summary>Decode median over the same rows' on one adapter, rounds alternating; null with fewer than two adapters.</summary>
    public double? RatioToOneAdapter { get; init; }

    /// <summary>Correlation of the scores after the first prompt with those of plain TorchSharp.</summary>
    public required double ScoreCorrelation { get; init; }

    /// <summary>Why the figures do not count, or null.</summary>
    public string? Failure { get; init; }

    public required IReadOnlyDictionary<string, string> Versions { get; init; }
}
