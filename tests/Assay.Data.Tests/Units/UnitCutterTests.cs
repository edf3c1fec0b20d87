using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Data.Units;
using CsCheck;

namespace Assay.Data.Tests.Units;

public sealed class UnitCutterTests
{
    private static readonly byte[] Vector = Encoding.ASCII.GetBytes(string.Concat(
        Enumerable.Range(0, 1000).Select(i => string.Create(CultureInfo.InvariantCulture, $"line {i} of the test text, value {i * i % 997}.\n"))));

    [Fact]
    public void The_gear_table_is_the_documented_one()
    {
        Assert.Equal(0xbb57bc416e514a7e, UnitCutter.Gear[0]);
        Assert.Equal(0x1343945710269f67UL, UnitCutter.Gear[65]);
    }

    [Fact]
    public void The_documented_text_is_cut_into_75_units_at_the_documented_places()
    {
        var ends = UnitCutter.Ends(Vector);

        Assert.Equal(37_766, Vector.Length);
        Assert.Equal(75, ends.Count);
        Assert.Equal([429, 802, 1266, 1637, 2283, 2586], ends.Take(6));
    }

    [Fact]
    public void Nine_bytes_in_front_leave_all_75_cuts_in_place()
    {
        byte[] longer = [.. "123456789"u8, .. Vector];

        Assert.Equal(UnitCutter.Ends(Vector).Select(end => end + 9), UnitCutter.Ends(longer));
    }

    [Fact]
    public void Units_keep_their_bounds_and_never_split_a_character() => Gen.String.Array[0, 40].Sample(parts =>
    {
        var stream = Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => part + "é中😀")));
        var ends = UnitCutter.Ends(stream);
        var start = 0;
        foreach (var end in ends)
        {
            Assert.True(end - start <= UnitCutter.Longest + 3);
            Assert.True(end == stream.Length || (end - start >= UnitCutter.Shortest && (stream[end] & 0xC0) != 0x80));
            start = end;
        }

        Assert.Equal(stream.Length, start);
    });

    [Fact]
    public void The_documented_contribution_has_the_documented_stream_and_units_root()
    {
        var text = (ExtractedText)new PlainTextFile().Read("Q: What is a datanet?\nA: A community data set with rules.\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var stream = UnitText.Of(RecordReader.Read(text).Records);
        var salt = Enumerable.Repeat((byte)0xA5, UnitLeaves.SaltLength).ToArray();

        Assert.Equal("What is a datanet?\u001eA community data set with rules.\u001e\u001d", Encoding.UTF8.GetString(stream));
        var leaf = Assert.Single(UnitLeaves.Hash(salt, stream));

        byte[] node = [0, .. Convert.FromHexString(leaf)]; // RFC 6962 §2.1: the root of one leaf is its hash
        Assert.Equal("fd978cd851812e16499a0499256ee6760e3c247241576c575e3ea0d30b824d64", Convert.ToHexStringLower(SHA256.HashData(node)));
    }

    [Fact]
    public void A_salt_of_another_length_is_a_mistake_of_the_caller() =>
        Assert.Throws<ArgumentException>(() => UnitLeaves.Hash(new byte[31], Vector));
}
