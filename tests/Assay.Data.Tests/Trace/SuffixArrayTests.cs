using Assay.Data.Trace;

namespace Assay.Data.Tests.Trace;

public sealed class SuffixArrayTests
{
    [Fact]
    public void It_equals_plain_sorting_on_random_texts()
    {
        var random = new Random(20);
        for (var round = 0; round < 400; round++)
        {
            var alphabet = random.Next(1, 7);
            var text = Enumerable.Range(0, random.Next(0, 120)).Select(_ => random.Next(alphabet)).ToArray();
            var expected = Enumerable.Range(0, text.Length).ToArray();
            Array.Sort(expected, (left, right) => text.AsSpan(left).SequenceCompareTo(text.AsSpan(right)));
            Assert.Equal(expected, SuffixArray.Build(text, alphabet - 1));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(50_000)]
    public void A_million_tokens_come_out_in_order(int alphabet)
    {
        var random = new Random(3);
        var text = new int[1_000_000];
        for (var i = 0; i < text.Length; i++)
        {
            // Half of the text repeats itself, as copied contributions do.
            text[i] = i >= 500_000 && alphabet > 1 ? text[i - 250_000] : random.Next(alphabet);
        }

        var order = SuffixArray.Build(text, alphabet - 1);
        var rank = new int[text.Length + 1];
        for (var i = 0; i < order.Length; i++)
        {
            rank[order[i]] = i + 1;
        }

        // Neighbours are in order when their first tokens are, or these are equal and the suffixes one token later are in order.
        for (var i = 1; i < order.Length; i++)
        {
            var (left, right) = (order[i - 1], order[i]);
            Assert.True(text[left] < text[right] || (text[left] == text[right] && rank[left + 1] < rank[right + 1]));
        }
    }

    [Fact]
    public void An_id_beyond_the_range_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SuffixArray.Build([0, 5], 4));
}
