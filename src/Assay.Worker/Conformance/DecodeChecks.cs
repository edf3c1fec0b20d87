using Assay.Data.Formats;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;
using Assay.Models.Generation;

namespace Assay.Worker.Conformance;

/// <summary>Checks of one folder below <c>models/</c> on the decoding path, with fp32 weights and cache.</summary>
internal sealed class DecodeChecks : ICheckSource
{
    private readonly string folder;
    private readonly Lazy<DecodeWeights> weights;
    private readonly GoldenTensors? goldens;

    /// <param name="folder">Model folder.</param>
    public DecodeChecks(string folder)
    {
        this.folder = folder;
        weights = new Lazy<DecodeWeights>(() => Open(folder));
        goldens = GoldenTensors.OfModel(folder);
    }

    /// <summary>Opens the weights of a model folder in fp32.</summary>
    public static DecodeWeights Open(string folder)
    {
        var config = HfModelConfig.Load(folder);
        var checkpoint = SafetensorsCheckpoint.Open(folder);
        DecoderPlan plan;
        try
        {
            plan = ModelFamily.Plan(config, checkpoint.Names);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }

        return DecodeWeights.Open(plan, checkpoint, WeightFormat.Fp32);
    }

    /// <summary>Tokens that greedy decoding adds to each prompt; all prompts share the passes.</summary>
    public static Figure Greedy(DecodeWeights weights, IEnumerable<int[]> prompts, long[] expected)
    {
        int[][] rows = [.. prompts];
        int count = expected.Length / rows.Length;
        var options = new GenerateOptions { Temperature = 0, MaxTokens = count, IgnoreEnd = true, ExactRope = true };
        int room = rows.Sum(prompt => prompt.Length + count + KvPool.PagePositions);
        using var loop = new GenerationLoop(weights, new GenerationLoopOptions { Cache = CacheFormat.Fp32, CachePositions = room }, null, new HashSet<int>(), TimeProvider.System);
        var replies = rows.Select(prompt => loop.Add(new GenerationRequest(prompt, options))).ToList();
        while (loop.Step())
        {
        }

        long[] own = [.. replies.SelectMany(reply => reply.GetAwaiter().GetResult().Ids).Select(id => (long)id)];
        return Figure.Count(own.Zip(expected).Count(pair => pair.First == pair.Second), expected.Length);
    }

    /// <summary>All checks in the order they are printed.</summary>
    public IEnumerable<Check> All()
    {
        if (goldens is null)
        {
            yield break;
        }

        if (LongestCase() is { } name && !CrossesThreshold(name))
        {
            yield return new Check($"cached.{name}@decode", () => Cached(name));
        }

        if (goldens.Has("greedy.tokens"))
        {
            yield return new Check("greedy@decode", () => Greedy(weights.Value, [Array.ConvertAll(goldens.Integers("greedy.prompt"), id => (int)id)], goldens.Integers("greedy.tokens")));
        }

        if (goldens.Has("greedy_left.tokens"))
        {
            yield return new Check("greedy_left@decode", () => Greedy(weights.Value, new GoldenCase(goldens, "left").Prompts, goldens.Integers("greedy_left.tokens")));
        }
    }

    public void Dispose()
    {
        goldens?.Dispose();
        if (weights.IsValueCreated)
        {
            weights.Value.Dispose();
        }
    }

    private string? LongestCase() => goldens!.Cases("logits").MaxBy(name => new GoldenCase(goldens, name).Longest);

    /// <summary>Whether the case is longer than calls whose rotary table is the same: cached keys would then be stale.</summary>
    private bool CrossesThreshold(string name)
    {
        try
        {
            using var checkpoint = SafetensorsCheckpoint.Open(folder);
            var plan = ModelFamily.Plan(HfModelConfig.Load(folder), checkpoint.Names);
            return new GoldenCase(goldens!, name).Rows.Max(row => row.Positions.Max()) >= plan.Rope?.LongestUnchanged;
        }
        catch (Exception error) when (error is InvalidModelConfigException or InvalidSafetensorsException or IOException)
        {
            // A folder that cannot be loaded fails this check like all its others.
            return false;
        }
    }

    /// <summary>Logits of the longest case, token by token, all its rows side by side.</summary>
    private Figure Cached(string name)
    {
        var golden = new GoldenCase(goldens!, name);
        var rows = golden.Rows;
        int vocab = weights.Value.Plan.Vocab;
        using var pool = new KvPool(weights.Value, CacheFormat.Fp32, rows.Sum(row => row.Ids.Length + KvPool.PagePositions));
        using var decoder = new Decoder(weights.Value);
        var sequences = rows.Select(row => pool.Reserve(row.Ids.Length)!).ToList();
        float[] own = new float[rows.Count * golden.Longest * vocab];
        int length = (int)rows.Max(row => row.Positions.Max()) + 1;
        for (int index = 0; index < golden.Longest; index++)
        {
            int[] live = [.. Enumerable.Range(0, rows.Count).Where(row => index < rows[row].Ids.Length)];
            foreach (int[] part in live.Chunk(Decoder.MostNarrowRows))
            {
                float[] logits = new float[part.Length * vocab];
                DecodeRow[] batch = [.. part.Select(row => new DecodeRow(sequences[row], (int)rows[row].Ids[index], index, (int)rows[row].Positions[index], length, null))];
                decoder.Forward(batch, [.. Enumerable.Range(0, part.Length)], logits);
                for (int place = 0; place < part.Length; place++)
                {
                    logits.AsSpan(place * vocab, vocab).CopyTo(own.AsSpan(((part[place] * golden.Longest) + index) * vocab));
                }
            }
        }

        return Figure.AtMost(golden.Difference(own, vocab, goldens!.Floats($"{name}.logits")), 1e-4);
    }
}
