using System.Diagnostics;
using Assay.Data.Formats;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Worker.Bench;

/// <summary>Measures generation: the decoding path against plain TorchSharp, in one process, on the same weights and ids.</summary>
/// <param name="options">What to measure.</param>
/// <param name="log">Progress for a person who waits.</param>
internal sealed class GenerateBench(GenerateBenchOptions options, TextWriter log)
{
    private const long WeightSeed = 0;
    private const ulong IdSeed = 1;
    private const int Rank = 16;

    // Plain TorchSharp is several times slower; these many tokens suffice for its median.
    private const int MostNaiveTokens = 32;

    /// <summary>Seed of the weights that plain TorchSharp gets; only a test that wants the comparison to fail sets it.</summary>
    internal long NaiveSeed { get; init; } = WeightSeed;

    private int Threads { get; } = Environment.ProcessorCount;

    private int Capacity => options.Prompt + options.Tokens;

    /// <summary>Measures everything; the decoding path comes first, so that its peak memory is its own.</summary>
    public GenerateBenchResult Run()
    {
        PeakMemory.Reset();
        log.WriteLine($"{options.Weights.ToString().ToLowerInvariant()} weights");
        using var weights = DecodeWeights.Random(options.Shape.Plan, WeightSeed, options.Weights);
        var adapters = Adapters(weights);
        GenerateRun run;
        (double Limit, double Share) reading;
        double? peak, ratioToBf16 = null, ratioToOne = null;
        try
        {
            using var session = new GenerateSession(weights, adapters, options, Threads);
            log.WriteLine($"{options.Rounds} rounds of {options.Batch} x {options.Tokens} tokens after {options.Prompt}");
            run = session.Warm();
            for (int round = 0; round < options.Rounds; round++)
            {
                session.Round(run);
            }

            peak = PeakMemory.ReadMib();
            log.WriteLine("read bandwidth");
            using var bandwidth = new ReadBandwidth(Threads);
            reading = session.ShareOf(bandwidth);
            if (adapters.Count > 1)
            {
                using var one = new GenerateSession(weights, adapters[..1], options, Threads);
                ratioToOne = Alternate(session, one);
            }
        }
        finally
        {
            adapters.ForEach(adapter => adapter.Dispose());
        }

        if (options.Weights is not WeightFormat.Bf16)
        {
            log.WriteLine("bf16 weights");
            using var plain = DecodeWeights.Random(options.Shape.Plan, WeightSeed, WeightFormat.Bf16);
            using var session = new GenerateSession(weights, [], options, Threads);
            using var baseline = new GenerateSession(plain, [], options, Threads);
            ratioToBf16 = Alternate(session, baseline);
        }

        weights.Dispose();
        var (naive, scores) = Naive();
        double correlation = Correlation(run.Scores, scores);
        double decode = Median(run.Decode);
        return new GenerateBenchResult
        {
            Shape = options.Shape.Name,
            Weights = options.Weights.ToString().ToLowerInvariant(),
            Prompt = options.Prompt,
            Tokens = options.Tokens,
            Batch = options.Batch,
            Adapters = options.Adapters,
            Threads = Threads,
            Isa = BenchHost.Isa,
            Rounds = options.Rounds,
            PrefillTokensPerSecond = Median(run.Prefill),
            FirstTokenMs = Median(run.FirstToken),
            DecodeTokensPerSecond = decode,
            Best = run.Decode.Max(),
            BytesPerToken = run.BytesPerToken,
            EffectiveGbPerSecond = run.BytesPerToken * decode / options.Batch / 1e9,
            ReadGbPerSecond = reading.Limit,
            ReadShare = reading.Share,
            PeakRssMib = peak,
            Naive = naive,
            Ratio = decode / naive.DecodeTokensPerSecond,
            PrefillToDecode = Median(run.Prefill) / (decode / options.Batch),
            RatioToBf16 = ratioToBf16,
            RatioToOneAdapter = ratioToOne,
            ScoreCorrelation = correlation,
            Failure = correlation >= SmallestCorrelation
                ? null
                : $"The paths do not do the same work: scores correlate {correlation:F3} (at least {SmallestCorrelation}). The speeds do not count.",
            Versions = BenchHost.Versions,
        };
    }

    /// <summary>Weights rounded to eight bits are other weights, and four-bit ones have 8-bit scales there; adapters, which plain TorchSharp does not get here, change the scores too.</summary>
    private double SmallestCorrelation => (options.Weights, options.Adapters) switch
    {
        (_, > 0) => 0.8,
        (WeightFormat.Nf4, _) => 0.9,
        (WeightFormat.Int8, _) => 0.97,
        _ => 0.99,
    };

    internal static int[][] Ids(GenerateBenchOptions options)
    {
        var random = new CounterRandom(IdSeed, "bench ids");
        return [.. Enumerable.Range(0, options.Batch).Select(row => Enumerable.Range(0, options.Prompt)
            .Select(place => (int)(random.Bits(((long)row * options.Prompt) + place) % (ulong)options.Shape.Vocab)).ToArray())];
    }

    internal static double Median(IReadOnlyList<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[ordered.Length / 2] + ordered[(ordered.Length - 1) / 2]) / 2;
    }

    /// <summary>Decode medians as a ratio; rounds alternate, so that other work on the machine meets both alike.</summary>
    private double Alternate(GenerateSession session, GenerateSession baseline)
    {
        var (one, other) = (session.Warm(), baseline.Warm());
        for (int round = 0; round < options.Rounds; round++)
        {
            session.Round(one);
            baseline.Round(other);
        }

        return Median(one.Decode) / Median(other.Decode);
    }

    private List<DecodeAdapter> Adapters(DecodeWeights weights) => [.. Enumerable.Range(0, options.Adapters).Select(number =>
    {
        using var adapter = LoraAdapter.Create(options.Shape.Plan, PeftAdapterConfig.Create(options.Shape.Name, Rank, 2 * Rank, [], 0), (ulong)number);
        return new DecodeAdapter(weights, adapter);
    })];

    private (NaiveGenerateResult Result, float[] Scores) Naive()
    {
        log.WriteLine("plain TorchSharp bf16");
        using var off = no_grad();
        using var naive = new NaiveGeneration(options.Shape.Plan, NaiveWeight, options.Batch, Capacity);
        using var scope = NewDisposeScope();
        var prompt = tensor(Ids(options).SelectMany(row => row).Select(id => (long)id).ToArray(), options.Batch, options.Prompt);
        naive.Logits(prompt, 0).Dispose();
        long began = Stopwatch.GetTimestamp();
        var logits = naive.Logits(prompt, 0);
        double prefill = options.Batch * options.Prompt / Stopwatch.GetElapsedTime(began).TotalSeconds;
        float[] scores = logits[0].to(ScalarType.Float32).data<float>().ToArray();
        int tokens = Math.Min(options.Tokens, MostNaiveTokens);
        var first = logits.argmax(-1, keepdim: true);
        var speeds = new List<double>();
        for (int round = 0; round < options.Rounds; round++)
        {
            var next = first.clone();
            began = Stopwatch.GetTimestamp();
            for (int index = 0; index < tokens; index++)
            {
                using var step = naive.Logits(next, options.Prompt + index);
                var drawn = step.argmax(-1, keepdim: true);
                next.Dispose();
                next = drawn;
            }

            speeds.Add(options.Batch * tokens / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return (new NaiveGenerateResult(prefill, Median(speeds), speeds.Max()), scores);
    }

    /// <summary>The opponent computes with what the four bits mean, so that both sides do the same work.</summary>
    private Tensor NaiveWeight(WeightPlan weight)
    {
        var made = FrozenWeights.RandomWeight(weight, NaiveSeed, ScalarType.BFloat16);
        if (options.Weights is not WeightFormat.Nf4 || weight.Shape.Count != 2)
        {
            return made;
        }

        using (made)
        {
            return Nf4Weights.ToFloat32(Nf4Weights.Quantise(made, weight), weight);
        }
    }

    private static double Correlation(float[] left, float[] right)
    {
        double meanLeft = left.Average(), meanRight = right.Average();
        double both = left.Zip(right).Sum(pair => (pair.First - meanLeft) * (pair.Second - meanRight));
        return both / Math.Sqrt(left.Sum(value => (value - meanLeft) * (value - meanLeft)) * right.Sum(value => (value - meanRight) * (value - meanRight)));
    }
}
