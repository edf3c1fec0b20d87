using Assay.Models.Adapters;
using Assay.Models.Generation;
using Assay.Models.Reference;
using Assay.Models.Training;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>The rows of one case without their padding; all rows go through the model in one call.</summary>
internal sealed partial class GoldenCase
{
    private readonly List<Row> rows = [];
    private readonly int width;

    /// <param name="goldens">File that holds the case.</param>
    /// <param name="inputs">Prefix of <c>input_ids</c>, <c>attention_mask</c> and <c>position_ids</c>.</param>
    public GoldenCase(GoldenTensors goldens, string inputs)
    {
        long[] ids = goldens.Integers($"{inputs}.input_ids");
        width = (int)goldens.Shape($"{inputs}.input_ids")[1];
        long[]? mask = goldens.Has($"{inputs}.attention_mask") ? goldens.Integers($"{inputs}.attention_mask") : null;
        long[]? positions = goldens.Has($"{inputs}.position_ids") ? goldens.Integers($"{inputs}.position_ids") : null;
        for (int first = 0; first < ids.Length; first += width)
        {
            int start = first;
            int[] real = [.. Enumerable.Range(0, width).Where(place => mask is null || mask[start + place] != 0)];
            rows.Add(new Row(
                real,
                [.. real.Select(place => ids[start + place])],
                [.. real.Select((place, index) => positions?[start + place] ?? index)]));
        }
    }

    /// <summary>The rows.</summary>
    public IReadOnlyList<Row> Rows => rows;

    /// <summary>Real positions of the longest row.</summary>
    public int Longest => rows.Max(row => row.Ids.Length);

    /// <summary>Ids of each row without padding.</summary>
    public IEnumerable<int[]> Prompts => rows.Select(row => Array.ConvertAll(row.Ids, id => (int)id));

    /// <summary>Runs the case.</summary>
    /// <returns>Final hidden states, [B, longest row, D].</returns>
    public Tensor Hidden(ReferenceModel model, LoraAdapter? adapter = null, Action<int, Tensor>? trace = null)
    {
        long[] ids = [.. rows.SelectMany(row => Padded(row.Ids))];
        long[] positions = [.. rows.SelectMany(row => Padded(row.Positions))];
        using var places = tensor(positions, rows.Count, Longest);
        return model.Hidden(tensor(ids, rows.Count, Longest), new ForwardOptions { Adapter = adapter, Positions = places, Trace = trace });
    }

    /// <summary>Largest absolute difference at real positions.</summary>
    /// <param name="own">[B, longest row, N].</param>
    /// <param name="golden">[B × width × N].</param>
    public double Difference(Tensor own, float[] golden) => Difference(own.detach().contiguous().data<float>().ToArray(), (int)own.shape[2], golden);

    /// <summary>Largest absolute difference at real positions.</summary>
    /// <param name="values">[B × longest row × depth].</param>
    /// <param name="depth">N.</param>
    /// <param name="golden">[B × width × N].</param>
    public double Difference(float[] values, int depth, float[] golden)
    {
        double worst = golden.Length == rows.Count * width * depth ? 0 : double.PositiveInfinity;
        ForEachReal((row, place, index) =>
        {
            int mine = ((row * Longest) + index) * depth;
            int theirs = ((row * width) + place) * depth;
            for (int element = 0; element < depth && !double.IsInfinity(worst); element++)
            {
                double difference = Math.Abs((double)values[mine + element] - golden[theirs + element]);
                worst = difference <= worst ? worst : double.IsNaN(difference) ? double.PositiveInfinity : difference;
            }
        });
        return worst;
    }

    /// <summary>Loss of every labelled token, [B × (width − 1)], 0 where none is scored.</summary>
    /// <param name="logits">[B, longest row, V].</param>
    /// <param name="labels">[B × width].</param>
    public double[] TokenLosses(Tensor logits, long[] labels)
    {
        int vocab = (int)logits.shape[2];
        float[] values = logits.detach().contiguous().data<float>().ToArray();
        double[] losses = new double[rows.Count * (width - 1)];
        ForEachReal((row, place, index) =>
        {
            long label = labels[(row * width) + place];
            if (index > 0 && label != TrainingBatch.NotTrained)
            {
                var scores = values.AsSpan(((row * Longest) + index - 1) * vocab, vocab);
                losses[(row * (width - 1)) + place - 1] = -Sampler.LogProbability(scores, (int)label);
            }
        });
        return losses;
    }

    /// <summary>Mean loss over the labelled tokens, differentiable.</summary>
    /// <param name="logits">[B, longest row, V].</param>
    /// <param name="labels">[B × width].</param>
    public Tensor MeanLoss(Tensor logits, long[] labels)
    {
        var (targets, _) = Targets(labels);
        return nn.functional.cross_entropy(logits.reshape(-1, logits.shape[2]), tensor(targets));
    }

    /// <summary>Whether any token is scored by the token before it.</summary>
    public int Scored(long[] labels) => Targets(labels).Scored;

    /// <summary>The case as rows for the training loop.</summary>
    /// <param name="labels">[B × width]; a label is the token at its place or −100.</param>
    public TrainingBatch Batch(long[] labels) => new(
        [.. rows.Select((row, number) => new TrainingSample(
            Array.ConvertAll(row.Ids, id => (int)id),
            [.. row.Places.Select(place => labels[(number * width) + place] != TrainingBatch.NotTrained)]))]);

    private (long[] Targets, int Scored) Targets(long[] labels)
    {
        long[] targets = new long[rows.Count * Longest];
        Array.Fill(targets, TrainingBatch.NotTrained);
        int scored = 0;
        ForEachReal((row, place, index) =>
        {
            if (index > 0 && labels[(row * width) + place] is var label && label != TrainingBatch.NotTrained)
            {
                targets[(row * Longest) + index - 1] = label;
                scored++;
            }
        });
        return (targets, scored);
    }

    private void ForEachReal(Action<int, int, int> visit)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            for (int index = 0; index < rows[row].Places.Length; index++)
            {
                visit(row, rows[row].Places[index], index);
            }
        }
    }

    private long[] Padded(long[] values)
    {
        long[] padded = new long[Longest];
        values.CopyTo(padded, 0);
        return padded;
    }

    /// <summary>One row without its padding.</summary>
    /// <param name="Places">Where its tokens were.</param>
    /// <param name="Ids">Token ids.</param>
    /// <param name="Positions">Position of each.</param>
    internal sealed record Row(int[] Places, long[] Ids, long[] Positions);
}
