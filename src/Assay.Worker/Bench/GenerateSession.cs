using System.Diagnostics;
using Assay.Models.Engine.Decode;
using Assay.Models.Generation;

namespace Assay.Worker.Bench;

/// <summary>One configuration of the decoding path, ready for rounds: prompts in, then greedy tokens, all rows in each pass.</summary>
internal sealed class GenerateSession : IDisposable
{
    private const int Chunk = 512;
    private const int WarmTokens = 8;
    private const int TurnTokens = 8;
    private const int PassesPerTurn = 3;

    private static readonly GenerateOptions Greedy = new() { Temperature = 0 };

    private readonly GenerateBenchOptions options;
    private readonly DecodeWeights weights;
    private readonly List<DecodeAdapter> adapters;
    private readonly Decoder decoder;
    private readonly KvPool pool;
    private readonly int[][] prompts;
    private readonly float[] logits;

    /// <param name="weights">Base.</param>
    /// <param name="adapters">Given to the rows in turn.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="threads">Threads of the products with few rows.</param>
    public GenerateSession(DecodeWeights weights, List<DecodeAdapter> adapters, GenerateBenchOptions options, int threads)
    {
        (this.weights, this.adapters, this.options) = (weights, adapters, options);
        decoder = new Decoder(weights, threads);
        pool = new KvPool(weights, CacheFormat.Bf16, options.Batch * (options.Prompt + options.Tokens + KvPool.PagePositions));
        prompts = GenerateBench.Ids(options);
        logits = new float[options.Batch * weights.Plan.Vocab];
    }

    /// <summary>An uncounted short round, after which everything is compiled and mapped.</summary>
    public GenerateRun Warm()
    {
        Round(new GenerateRun(), Math.Min(WarmTokens, options.Tokens));
        return new GenerateRun { BytesPerToken = weights.BytesPerToken };
    }

    /// <summary>One counted round.</summary>
    public void Round(GenerateRun run) => Round(run, options.Tokens);

    public void Dispose()
    {
        decoder.Dispose();
        pool.Dispose();
    }

    /// <summary>Weights read while decoding as a share of what reading alone reaches: short turns of both, because other programs change the limit within seconds.</summary>
    /// <param name="bandwidth">Reads alone.</param>
    /// <returns>Medians of the limit, 10⁹ bytes a second, and of the share.</returns>
    public (double Limit, double Share) ShareOf(ReadBandwidth bandwidth)
    {
        var (limits, shares) = (new List<double>(), new List<double>());
        var sequences = prompts.Select(prompt => pool.Reserve(prompt.Length + options.Tokens)!).ToList();
        int[] next = Prefill(new GenerateRun(), sequences);
        int tokens = Math.Min(TurnTokens, options.Tokens);
        for (int done = 0; done + tokens <= options.Tokens; done += tokens)
        {
            double limit = bandwidth.Measure(PassesPerTurn);
            limits.Add(limit);
            shares.Add(weights.BytesPerToken * tokens / Decode(sequences, next, tokens) / 1e9 / limit);
        }

        sequences.ForEach(sequence => sequence.Dispose());
        return (GenerateBench.Median(limits), GenerateBench.Median(shares));
    }

    private void Round(GenerateRun run, int tokens)
    {
        var sequences = prompts.Select(prompt => pool.Reserve(prompt.Length + tokens)!).ToList();
        int[] next = Prefill(run, sequences);
        run.Decode.Add(next.Length * tokens / Decode(sequences, next, tokens));
        sequences.ForEach(sequence => sequence.Dispose());
    }

    /// <summary>Decodes greedily.</summary>
    /// <param name="sequences">One a row.</param>
    /// <param name="next">Token each row continues with, replaced by the next one.</param>
    /// <param name="tokens">New tokens of each row.</param>
    /// <returns>Seconds.</returns>
    private double Decode(List<KvSequence> sequences, int[] next, int tokens)
    {
        int vocab = weights.Plan.Vocab;
        var rows = new DecodeRow[next.Length];
        int[] wanted = [.. Enumerable.Range(0, next.Length)];
        long began = Stopwatch.GetTimestamp();
        for (int index = 0; index < tokens; index++)
        {
            for (int row = 0; row < rows.Length; row++)
            {
                int place = sequences[row].Length;
                rows[row] = new DecodeRow(sequences[row], next[row], place, place, place + 1, Adapter(row));
            }

            decoder.Forward(rows, wanted, logits);
            for (int row = 0; row < rows.Length; row++)
            {
                next[row] = Draw(logits.AsSpan(row * vocab, vocab));
            }
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private int[] Prefill(GenerateRun run, List<KvSequence> sequences)
    {
        int vocab = weights.Plan.Vocab;
        int[] first = new int[prompts.Length];
        long began = Stopwatch.GetTimestamp();
        for (int row = 0; row < prompts.Length; row++)
        {
            for (int start = 0; start < prompts[row].Length; start += Chunk)
            {
                int end = Math.Min(start + Chunk, prompts[row].Length);
                DecodeRow[] rows = [.. Enumerable.Range(start, end - start).Select(place => new DecodeRow(sequences[row], prompts[row][place], place, place, prompts[row].Length, Adapter(row)))];
                decoder.Forward(rows, end == prompts[row].Length ? [rows.Length - 1] : [], logits);
            }

            first[row] = Draw(logits.AsSpan(0, vocab));
            if (row == 0)
            {
                run.FirstToken.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                run.Scores = logits[..vocab];
            }
        }

        run.Prefill.Add(prompts.Sum(prompt => prompt.Length) / Stopwatch.GetElapsedTime(began).TotalSeconds);
        return first;
    }

    private DecodeAdapter? Adapter(int row) => adapters.Count == 0 ? null : adapters[row % adapters.Count];

    private static int Draw(ReadOnlySpan<float> scores) => Sampler.Draw(scores, [], 0, Greedy);
}
