using Assay.Models.Engine;
using Assay.Models.Training;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

internal sealed partial class GoldenCase
{
    /// <summary>The rows end to end, each with its own positions.</summary>
    /// <param name="labels">[B × width], or null when nothing is to be scored.</param>
    public PackedTokens Packed(long[]? labels) => new(
        [.. rows.SelectMany(row => Array.ConvertAll(row.Ids, id => (int)id))],
        [.. rows.SelectMany(row => Array.ConvertAll(row.Positions, place => (int)place))],
        [.. rows.Select(row => row.Ids.Length)],
        [.. rows.SelectMany((row, number) => row.Places.Select((_, index) =>
            labels is null || index + 1 == row.Places.Length ? PackedTokens.NotTrained : (int)labels[(number * width) + row.Places[index + 1]]))]);

    /// <summary>Packed rows [N, depth] as padded ones, [B, longest row, depth].</summary>
    public Tensor Padded(Tensor packed)
    {
        var padded = zeros([rows.Count, Longest, packed.shape[1]], packed.dtype);
        int first = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            int count = rows[row].Ids.Length;
            padded[row].narrow(0, 0, count).copy_(packed.narrow(0, first, count));
            first += count;
        }

        return padded;
    }

    /// <summary>Losses of the supervised positions of <see cref="Packed"/> at their places among [B × (width − 1)], 0 elsewhere.</summary>
    public double[] PlacedLosses(double[] losses, long[] labels)
    {
        double[] placed = new double[rows.Count * (width - 1)];
        int next = 0;
        ForEachReal((row, place, index) =>
        {
            if (index > 0 && labels[(row * width) + place] != TrainingBatch.NotTrained)
            {
                placed[(row * (width - 1)) + place - 1] = losses[next++];
            }
        });
        return placed;
    }

    /// <summary>For each real position: the squared difference and the squared golden values, summed; one infinite difference when the sizes disagree.</summary>
    /// <param name="own">[B, longest row, N].</param>
    /// <param name="golden">[B × width × N].</param>
    public List<(double Difference, double Size)> SquaredDifferences(Tensor own, float[] golden)
    {
        int depth = (int)own.shape[2];
        float[] values = own.detach().contiguous().data<float>().ToArray();
        var sums = new List<(double, double)>();
        ForEachReal((row, place, index) =>
        {
            double difference = 0;
            double size = 0;
            for (int element = 0; element < depth; element++)
            {
                double expected = golden[(((row * width) + place) * depth) + element];
                double gap = values[(((row * Longest) + index) * depth) + element] - expected;
                difference += gap * gap;
                size += expected * expected;
            }

            sums.Add((double.IsNaN(difference) ? double.PositiveInfinity : difference, size));
        });
        return golden.Length == rows.Count * width * depth ? sums : [(double.PositiveInfinity, 1)];
    }
}
