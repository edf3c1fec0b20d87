using Assay.Data.Trace;

namespace Assay.Data.Tests.Trace;

public sealed class ReferenceBitsTests
{
    [Fact]
    public void A_token_weighs_minus_the_logarithm_of_its_smoothed_share()
    {
        // (7 + 1) / (12 + 4) = 1/2, (3 + 1) / 16 = 1/4, (1 + 1) / 16 = 1/8 twice: one, two and three bits.
        var bits = ReferenceBits.FromCounts([7, 3, 1, 1], "hash");
        Assert.Equal([1000, 2000, 3000, 3000, 0, 0], ((int[])[0, 1, 2, 3, 4, -1]).Select(id => bits.MilliBitsOf(id)));
        Assert.Equal(6000, bits.MilliBitsOf([0, 1, 2]));
    }

    [Fact]
    public void A_written_table_reads_back()
    {
        var bits = ReferenceBits.FromCounts(Enumerable.Range(0, 300).Select(static i => (long)i * i).ToArray(), "hash");
        var read = ReferenceBits.Parse(bits.ToJson());
        Assert.Equal("hash", read.TokenizerHash);
        Assert.Equal(Enumerable.Range(0, 300).Select(id => bits.MilliBitsOf(id)), Enumerable.Range(0, 300).Select(id => read.MilliBitsOf(id)));
        Assert.Equal(bits.ToJson(), read.ToJson());
    }

    [Fact]
    public void Damaged_tables_are_refused_and_only_by_their_own_exception()
    {
        var good = ReferenceBits.FromCounts([7, 3, 1, 1], "hash").ToJson();
        var random = new Random(8);
        for (var round = 0; round < 3000; round++)
        {
            var bad = good.ToArray();
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                ReferenceBits.Parse(bad);
            }
            catch (InvalidReferenceBitsException)
            {
                // The only exception that may leave; some changes leave a valid table.
            }
        }

        Assert.Throws<InvalidReferenceBitsException>(() => ReferenceBits.Parse("[]"u8.ToArray()));
        Assert.Throws<InvalidReferenceBitsException>(() => ReferenceBits.Parse("""{"format":"assay/reference-bits/v1"}"""u8.ToArray()));
    }
}
