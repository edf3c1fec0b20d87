using Assay.Data.Trace;

namespace Assay.Data.Tests.Trace;

public sealed class SpanTraceTests
{
    private const int Vocabulary = 40;
    private static readonly ReferenceBits Bits = ReferenceBits.FromCounts(Enumerable.Range(0, Vocabulary).Select(static id => id < 10 ? 100_000L : 10L).ToArray(), "t");

    [Fact]
    public void Spans_equal_a_plain_search_in_200_random_cases()
    {
        var random = new Random(11);
        var shown = 0;
        for (var round = 0; round < 200; round++)
        {
            var records = Enumerable.Range(0, random.Next(1, 12)).Select(_ => Tokens(random, random.Next(0, 60))).ToList();
            var reply = Reply(random, records);
            var index = Index(records);
            var result = SpanTrace.Find(index, reply, Bits);
            var expected = PlainSearch(records, reply);
            Assert.Equal(expected.Count, result.Found);
            var best = expected.OrderByDescending(static span => span.Bits).ThenBy(static span => span.Start).Take((reply.Length + 19) / 20).OrderBy(static span => span.Start);
            Assert.Equal(best, result.Spans.Select(static span => (span.Start, span.Length, span.MilliBits, span.Sources[0].Record.Number, span.Sources[0].Offset)));
            shown += result.Spans.Count;
        }

        Assert.True(shown > 200, $"only {shown} spans in all cases");
    }

    [Fact]
    public void The_earliest_record_is_named_first_and_at_most_ten_are()
    {
        var quote = Enumerable.Range(15, 12).ToArray();
        var records = Enumerable.Range(0, 14).Select(i => (int[])[i, .. quote, i]).ToList();
        var span = Assert.Single(SpanTrace.Find(Index(records), quote, Bits).Spans);
        Assert.Equal(14, span.Occurrences);
        Assert.Equal(Enumerable.Range(0, 10), span.Sources.Select(static source => source.Record.Number));
        Assert.All(span.Sources, static source => Assert.Equal(1, source.Offset));
    }

    [Fact]
    public void A_match_never_crosses_from_one_record_into_the_next()
    {
        var text = Enumerable.Range(10, 16).ToArray();
        var result = SpanTrace.Find(Index([text[..7], text[7..14]]), [.. text[..7], Vocabulary, .. text[7..14]], Bits);
        Assert.Empty(result.Spans);
        Assert.Empty(SpanTrace.Find(Index([text[..7], text[7..14]]), text, Bits).Spans);
    }

    [Fact]
    public void Everyday_and_ubiquitous_stretches_name_nobody()
    {
        var everyday = Enumerable.Repeat(Enumerable.Range(0, 10), 1).SelectMany(static ids => ids).ToArray();
        Assert.Empty(SpanTrace.Find(Index([everyday]), everyday, Bits).Spans);

        var ubiquitous = Enumerable.Range(20, 10).ToArray();
        var result = SpanTrace.Find(Index(Enumerable.Repeat(ubiquitous, SpanTrace.MostOccurrences + 1)), ubiquitous, Bits);
        Assert.Empty(result.Spans);
        Assert.Equal(1, result.Common);
    }

    [Fact]
    public void A_table_of_another_tokenizer_is_refused() =>
        Assert.Throws<ArgumentException>(() => SpanTrace.Find(Index([]), [1], ReferenceBits.FromCounts([1, 2], "other")));

    internal static TraceIndex Index(IEnumerable<int[]> records) => TraceIndex.Build("snapshot", "t", Vocabulary, records.Select(static (ids, number) =>
        new TokenizedRecord(new(7, "contribution", number), ids, [.. ids.Select((_, i) => (number * 10) + (i / 3))])));

    internal static int[] Tokens(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];

    private static int[] Reply(Random random, List<int[]> records)
    {
        var reply = new List<int>();
        while (reply.Count < 60)
        {
            var source = records[random.Next(records.Count)];
            var start = random.Next(source.Length + 1);
            reply.AddRange(source.Skip(start).Take(random.Next(25)));
            reply.AddRange(Tokens(random, random.Next(1, 4)));
        }

        return [.. reply];
    }

    private static List<(int Start, int Length, long Bits, int Record, int Offset)> PlainSearch(List<int[]> records, int[] reply)
    {
        var spans = new List<(int, int, long, int, int)>();
        var reached = 0;
        for (var start = 0; start < reply.Length; start++)
        {
            var (length, record, offset) = (0, 0, 0);
            for (var r = 0; r < records.Count; r++)
            {
                for (var o = 0; o < records[r].Length; o++)
                {
                    var same = reply.AsSpan(start).CommonPrefixLength(records[r].AsSpan(o));
                    (length, record, offset) = same > length ? (same, r, o) : (length, record, offset);
                }
            }

            var bits = Bits.MilliBitsOf(reply.AsSpan(start, length));
            if (start + length > reached && length >= SpanTrace.LeastTokens && bits >= SpanTrace.LeastMilliBits)
            {
                spans.Add((start, length, bits, record, offset));
            }

            reached = Math.Max(reached, start + length);
        }

        return spans;
    }
}
