using System.Diagnostics;
using Assay.Data.Formats;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using Assay.Models.Training;
using static TorchSharp.torch;

namespace Assay.Worker.Bench;

/// <summary>Measures LoRA training: the packed path against plain autograd, in one process, on the same weights, adapters, ids and optimiser steps.</summary>
/// <param name="options">What to measure.</param>
/// <param name="log">Progress for a person who waits.</param>
internal sealed class TrainBench(TrainBenchOptions options, TextWriter log)
{
    private const ulong WeightSeed = 0;
    private const ulong IdSeed = 1;
    private const double LargestLossDifference = 0.02;
    private const double SmallestCorrelation = 0.99;

    private readonly HashSet<string> linears = [.. options.Shape.Plan.Linears.Select(linear => $"{linear.Name}.weight")];

    /// <summary>Changes the weights that the naive path gets; only a test that wants the comparison to fail sets it.</summary>
    internal Func<WeightPlan, Tensor, Tensor>? Distort { get; init; }

    /// <summary>Measures everything; the packed path comes first, so that its peak memory is its own.</summary>
    public TrainBenchResult Run()
    {
        var batches = Batches();
        double? ratioToUnquantised = null;
        PathResult packed;
        double[] tokenLosses;
        var naive = new Dictionary<ScalarType, (PathResult Result, double[] TokenLosses)>();
        using (var training = NewPacked(options.Format))
        {
            (packed, tokenLosses) = Packed(training, batches);
            if (options.Quantised)
            {
                using var unquantised = NewPacked(FrozenFormat.Bf16);
                ratioToUnquantised = Alternate(training, unquantised, batches);
            }
        }

        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            naive[type] = Naive(type, batches);
        }

        double correlation = naive.Values.Where(path => path.Result.Skipped is null).Select(path => Correlation(path.TokenLosses, tokenLosses)).DefaultIfEmpty(double.NaN).Min();
        double better = naive.Values.Max(path => path.Result.TokensPerSecond);
        return new TrainBenchResult
        {
            Shape = options.Shape.Name,
            Sequences = options.Lengths.Count,
            Tokens = options.Lengths.Sum(length => length.Total),
            Supervised = options.Lengths.Sum(length => length.Supervised),
            Rank = options.Rank,
            Quantization = options.Quantization,
            Dtype = options.Dtype == ScalarType.Float32 ? "fp32" : "bf16",
            Threads = get_num_threads(),
            Isa = BenchHost.Isa,
            Rounds = options.Rounds,
            Packed = packed,
            NaiveFp32 = naive[ScalarType.Float32].Result,
            NaiveBf16 = naive[ScalarType.BFloat16].Result,
            Ratio = packed.TokensPerSecond / better,
            RatioToBf16 = ratioToUnquantised,
            LossCorrelation = correlation,
            Failure = Failure(packed, naive.Values.Select(path => path.Result), correlation),
            Versions = BenchHost.Versions,
        };
    }

    private static string? Failure(PathResult packed, IEnumerable<PathResult> naive, double correlation)
    {
        double worst = naive.Where(path => path.Skipped is null).Select(path => Math.Abs(path.FirstLoss - packed.FirstLoss) / path.FirstLoss).DefaultIfEmpty(double.NaN).Max();
        return worst <= LargestLossDifference && correlation >= SmallestCorrelation
            ? null
            : $"The paths do not do the same work: first losses differ by {worst:P1} (at most {LargestLossDifference:P0}), token losses correlate {correlation:F3} (at least {SmallestCorrelation}). The speeds do not count.";
    }

    private LoraAdapter NewAdapter() =>
        LoraAdapter.Create(options.Shape.Plan, PeftAdapterConfig.Create(options.Shape.Name, options.Rank, 2 * options.Rank, [], 0), IdSeed);

    private List<TrainingBatch> Batches()
    {
        var random = new CounterRandom(IdSeed, "bench ids");
        long drawn = 0;
        return [.. options.Lengths.Select(length => new TrainingSample(
            [.. Enumerable.Range(0, length.Total).Select(_ => (int)(random.Bits(drawn++) % (ulong)options.Shape.Vocab))],
            [.. Enumerable.Range(0, length.Total).Select(place => place >= length.Total - length.Supervised)]))
            .Chunk(TrainBenchOptions.BatchSize)
            .Select(samples => new TrainingBatch(samples))];
    }

    private PackedTraining NewPacked(FrozenFormat format)
    {
        log.WriteLine($"packed {format.ToString().ToLowerInvariant()}: {options.Lengths.Count} sequences, {options.Rounds} rounds");
        PeakMemory.Reset();
        return new PackedTraining(options, format, (long)WeightSeed, NewAdapter());
    }

    private (PathResult Result, double[] TokenLosses) Packed(PackedTraining training, List<TrainingBatch> batches)
    {
        double[] tokenLosses = training.TokenLosses(batches[0]);
        double first = training.Step(batches[0]);
        var (median, best) = Summary([.. Enumerable.Range(0, options.Rounds).Select(_ => Round(batches, training.Step))]);
        return (new PathResult(median, best, PeakMemory.ReadMib(), Forecast(batches, training.Format), first), tokenLosses);
    }

    /// <summary>Medians as a ratio; rounds alternate, so that other work on the machine meets both alike.</summary>
    private double Alternate(PackedTraining training, PackedTraining baseline, List<TrainingBatch> batches)
    {
        baseline.Step(batches[0]);
        var (one, other) = (new List<double>(), new List<double>());
        for (int round = 0; round < options.Rounds; round++)
        {
            one.Add(Round(batches, training.Step));
            other.Add(Round(batches, baseline.Step));
        }

        return Summary(one).Median / Summary(other).Median;
    }

    private double Forecast(List<TrainingBatch> batches, FrozenFormat format)
    {
        int largest = batches.Max(batch => StepPacking.Bins([.. batch.Samples.Select(sample => sample.Ids.Length)], options.BinTokens).Max(bin => bin.Sum(index => batch.Samples[index].Ids.Length)));
        return MemoryForecast.Training(options.Shape.Plan, options.Rank, largest, format).Total / (double)(1 << 20);
    }

    private (PathResult Result, double[] TokenLosses) Naive(ScalarType type, List<TrainingBatch> batches)
    {
        log.WriteLine($"autograd {(type == ScalarType.Float32 ? "fp32" : "bf16")}");
        double needed = NaiveForecast.Mib(options.Shape.Plan, batches.Max(batch => (long)batch.Samples.Count * batch.Length), type);
        if (BenchHost.FreeMib() is { } free && needed > 0.9 * free)
        {
            return (PathResult.Without($"needs about {needed:F0} MiB of {free:F0} free"), []);
        }

        PeakMemory.Reset();
        using var fresh = NewAdapter();
        using var model = new NaiveModel(options.Shape.Plan, Weight, fresh, type, options.Lengths.Max(length => length.Total));
        using var training = new NaiveTraining(model, type, TrainBenchOptions.LearningRate);
        double[] tokenLosses = training.TokenLosses(batches[0]);
        double Step(TrainingBatch batch) => training.Step(batch, TrainBenchOptions.ClipNorm);
        double first = Step(batches[0]);
        var (median, best) = Summary([.. Enumerable.Range(0, options.Rounds).Select(_ => Round(batches, Step))]);
        return (new PathResult(median, best, PeakMemory.ReadMib(), null, first), tokenLosses);
    }

    /// <summary>The weight that the packed path has too, before any adapter.</summary>
    private Tensor Weight(WeightPlan weight)
    {
        var made = FrozenWeights.RandomWeight(weight, (long)WeightSeed, options.Dtype);
        if (options.Format is FrozenFormat.Nf4 or FrozenFormat.Nf4Fp32 && linears.Contains(weight.Name))
        {
            // The opponent computes with what the four bits mean, so that both sides do the same work.
            using var exact = made;
            made = Nf4Weights.ToFloat32(Nf4Weights.Quantise(exact, weight), weight);
        }

        return Distort?.Invoke(weight, made) ?? made;
    }

    /// <summary>Tokens a second of one pass over the sequences.</summary>
    private static double Round(List<TrainingBatch> batches, Func<TrainingBatch, double> step)
    {
        long began = Stopwatch.GetTimestamp();
        batches.ForEach(batch => step(batch));
        return batches.Sum(batch => (double)batch.Tokens) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static (double Median, double Best) Summary(IEnumerable<double> speeds)
    {
        double[] ordered = [.. speeds.Order()];
        return ((ordered[ordered.Length / 2] + ordered[(ordered.Length - 1) / 2]) / 2, ordered[^1]);
    }

    /// <summary>Pearson correlation; NaN when the lengths differ.</summary>
    private static double Correlation(double[] left, double[] right)
    {
        if (left.Length != right.Length)
        {
            return double.NaN;
        }

        double meanLeft = left.Average(), meanRight = right.Average();
        double both = left.Zip(right).Sum(pair => (pair.First - meanLeft) * (pair.Second - meanRight));
        return both / Math.Sqrt(left.Sum(value => (value - meanLeft) * (value - meanLeft)) * right.Sum(value => (value - meanRight) * (value - meanRight)));
    }
}
