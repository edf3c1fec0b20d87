using System.Security.Cryptography;
using Assay.Data.Trace;

namespace Assay.Data.Tests.Trace;

public sealed class TraceIndexTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("assay-trace-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(40)]
    [InlineData(70_000)]
    public void A_saved_index_answers_as_the_one_in_memory(int vocabulary)
    {
        var random = new Random(5);
        var index = Build(random, vocabulary);
        var path = Path.Combine(folder, "index");
        index.Save(path);
        Assert.Equal([path], Directory.GetFiles(folder));
        var loaded = TraceIndex.Load(path);
        Assert.Equal((index.Snapshot, index.TokenizerHash, index.VocabularySize, index.Length), (loaded.Snapshot, loaded.TokenizerHash, loaded.VocabularySize, loaded.Length));
        Assert.Equal(index.Records, loaded.Records);
        for (var position = 0; position < index.Length; position++)
        {
            Assert.Equal(index.RecordAt(position), loaded.RecordAt(position));
            Assert.Equal(index.UnitAt(position), loaded.UnitAt(position));
        }

        int[] ids = [vocabulary - 1, 3, 1];
        Assert.Equal(index.Find(ids).ToArray(), loaded.Find(ids).ToArray());
        Assert.Equal(index.LongestMatch(ids), loaded.LongestMatch(ids));
    }

    [Fact]
    public void Units_follow_the_tokens_of_their_record()
    {
        var index = TraceIndex.Build("s", "t", 9, [new(new(1, "a", 0), [1, 2, 3], [4, 4, 5]), new(new(1, "a", 1), [6, 7], [])]);
        Assert.Equal([4, 4, 5], Enumerable.Range(0, 3).Select(index.UnitAt));
        Assert.Null(index.UnitAt(4));
        Assert.Equal((1, 1), (index.RecordAt(5), index.OffsetInRecord(5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.RecordAt(7));
    }

    [Fact]
    public void Records_out_of_ledger_order_are_refused() => Assert.Throws<ArgumentException>(() =>
        TraceIndex.Build("s", "t", 9, [new(new(2, "b", 0), [1], []), new(new(1, "a", 0), [1], [])]));

    [Theory]
    [InlineData(9)]
    [InlineData(-1)]
    public void Ids_outside_the_vocabulary_are_refused(int id) =>
        Assert.Throws<ArgumentException>(() => TraceIndex.Build("s", "t", 9, [new(new(2, "b", 0), [id], [])]));

    [Fact]
    public void A_changed_or_cut_file_is_refused_and_only_by_its_own_exception()
    {
        var path = Path.Combine(folder, "index");
        Build(new Random(6), 40).Save(path);
        var good = File.ReadAllBytes(path);
        var random = new Random(7);
        for (var round = 0; round < 1000; round++)
        {
            var bad = good.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bad[random.Next(round % 2 == 0 ? 200 : bad.Length)] ^= (byte)random.Next(1, 256);
            }

            File.WriteAllBytes(path, round % 5 == 0 ? bad[..random.Next(bad.Length)] : bad);
            if (!bad.AsSpan().SequenceEqual(good))
            {
                Assert.Throws<InvalidTraceIndexException>(() => TraceIndex.Load(path));
            }
        }

        Assert.Throws<InvalidTraceIndexException>(() => TraceIndex.Load(Path.Combine(folder, "absent")));
    }

    [Fact]
    public void A_file_made_to_harm_with_a_right_hash_is_refused_or_answers_without_failing()
    {
        var path = Path.Combine(folder, "index");
        Build(new Random(6), 40).Save(path);
        var good = File.ReadAllBytes(path);
        var random = new Random(9);
        var answered = 0;
        for (var round = 0; round < 800; round++)
        {
            var bad = good.ToArray();
            bad[random.Next(bad.Length - 32)] ^= (byte)random.Next(1, 256);
            SHA256.HashData(bad.AsSpan(0, bad.Length - 32), bad.AsSpan(bad.Length - 32));
            File.WriteAllBytes(path, bad);
            try
            {
                var index = TraceIndex.Load(path);
                for (var position = 0; position < index.Length; position++)
                {
                    index.RecordAt(position);
                    index.UnitAt(position);
                }

                index.Find([1, 2]);
                index.LongestMatch([1, 2, 3, 4]);
                answered++;
            }
            catch (InvalidTraceIndexException)
            {
                // The only exception that may leave.
            }
        }

        Assert.InRange(answered, 1, 799);
    }

    private static TraceIndex Build(Random random, int vocabulary) => TraceIndex.Build("snapshot", "t", vocabulary, Enumerable.Range(0, 20).Select(number =>
    {
        var ids = Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(6) is var id && id == 5 ? vocabulary - 1 : id).ToArray();
        return new TokenizedRecord(new(number / 3, $"contribution {number / 3}", number % 3), ids, [.. ids.Select((_, i) => number + (i / 4))]);
    }));
}
