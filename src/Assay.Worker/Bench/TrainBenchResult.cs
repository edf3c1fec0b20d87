namespace Assay.Worker.Bench;

/// <summary>Speed and memory of one path.</summary>
/// <param name="TokensPerSecond">Median over the rounds; real tokens, padding never counts.</param>
/// <param name="Best">Best round.</param>
/// <param name="PeakRssMib">Peak resident memory of the process, MiB, or null where unknown.</param>
/// <param name="ForecastMib">What the forecast says, MiB, or null.</param>
/// <param name="FirstLoss">Mean loss of the first step before its update.</param>
/// <param name="Skipped">Why the path was not measured, or null.</param>
internal sealed record PathResult(double TokensPerSecond, double Best, double? PeakRssMib, double? ForecastMib, double FirstLoss, string? Skipped = null)
{
    /// <summary>A path that could not be measured.</summary>
    public static PathResult Without(string reason) => new(0, 0, null, null, 0, reason);
}

/// <summary>Outcome of a training benchmark; field names are those of the JSON contract.</summary>
internal sealed record TrainBenchResult
{
    public string Schema { get; } = "assay.bench/1";

    public string Kind { get; } = "train";

    public required string Shape { get; init; }

    public required int Sequences { get; init; }

    public required int Tokens { get; init; }

    public required int Supervised { get; init; }

    public required int Rank { get; init; }

    public required string Quantization { get; init; }

    public required string Dtype { get; init; }

    public required int Threads { get; init; }

    public required string Isa { get; init; }

    public required int Rounds { get; init; }

    public required PathResult Packed { get; init; }

    public required PathResult NaiveFp32 { get; init; }

    public required PathResult NaiveBf16 { get; init; }

    /// <summary>Packed median over the better naive median.</summary>
    public required double Ratio { get; init; }

    /// <summary>Quantised packed median over the unquantised one; null when not quantised.</summary>
    public double? RatioToBf16 { get; init; }

    /// <summary>Correlation of the first step's token losses, the smaller over the naive paths.</summary>
    public required double LossCorrelation { get; init; }

    /// <summary>Why the figures do not count, or null.</summary>
    public string? Failure { get; init; }

    public required IReadOnlyDictionary<string, string> Versions { get; init; }
}
