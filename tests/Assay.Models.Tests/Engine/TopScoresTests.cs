using Assay.Models.Engine;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Engine;

public sealed class TopScoresTests
{
    [Fact]
    public void The_same_indices_are_chosen_as_by_topk_also_among_many_equal_scores()
    {
        var random = new Random(3);
        for (int round = 0; round < 4_000; round++)
        {
            int count = round % 8 == 0 ? random.Next(64, 900) : random.Next(1, 70);
            int levels = random.Next(1, 9);
            float[] scores = [.. Enumerable.Range(0, count).Select(_ => random.Next(levels) - 2f)];
            int[] chosen = new int[random.Next(1, (round % 3 == 0 ? Math.Min(count, 4) : count) + 1)];

            TopScores.Choose(scores, chosen);

            using var row = tensor(scores);
            var (values, indices) = topk(row, chosen.Length);
            using (values)
            using (indices)
            {
                Assert.Equal(indices.data<long>().ToArray().Order(), chosen.Select(index => (long)index).Order());
                Assert.Equal(values.data<float>().ToArray(), chosen.Select(index => scores[index]));
            }
        }
    }

    [Fact]
    public void Rows_in_organ_pipe_order_still_agree()
    {
        // The hard case for a pivot by the median of three.
        float[] scores = [.. Enumerable.Range(0, 500).Select(index => (float)((index % 2 == 0 ? index : 500 - index) / 3))];
        foreach (int count in new[] { 9, 100, 250, 499, 500 })
        {
            int[] chosen = new int[count];
            TopScores.Choose(scores, chosen);
            using var row = tensor(scores);
            Assert.Equal(topk(row, count).indices.data<long>().ToArray().Order(), chosen.Select(index => (long)index).Order());
        }
    }

    [Fact]
    public void More_indices_than_scores_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => TopScores.Choose([1f], new int[2]));
}
