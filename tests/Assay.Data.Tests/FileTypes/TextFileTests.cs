using System.Text;
using Assay.Data.FileTypes;

namespace Assay.Data.Tests.FileTypes;

public sealed class TextFileTests
{
    [Fact]
    public void A_byte_order_mark_is_tolerated_and_counted_in_the_offsets()
    {
        var text = (ExtractedText)new PlainTextFile().Read([0xEF, 0xBB, 0xBF, .. "hello"u8], TestContext.Current.CancellationToken);

        Assert.Equal(("hello", 3), (text.Text, text.FirstByte));
        Assert.True(text.IsSource);
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0x62, 0xFF, 0x63 }, 2)]
    [InlineData(new byte[] { 0x61, 0xC3 }, 1)]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, 0)]
    [InlineData(new byte[] { 0xC0, 0x80 }, 0)]
    public void Bytes_that_are_not_UTF_8_are_named_by_their_offset(byte[] content, int offset)
    {
        var problem = Assert.Throws<InvalidFileException>(() => new PlainTextFile().Read(content, TestContext.Current.CancellationToken));

        Assert.Equal(offset, problem.ByteOffset);
        Assert.Contains("UTF-8", problem.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Headings_are_found_in_both_notations_and_not_in_code()
    {
        const string source = "Title\n=====\n\ntext\n\n## Part two ##\n\n```sh\n# a comment\n```\n\nSub\n---\n\n#nospace\n    # indented code\nmore\nlines\n---\n";

        var headings = ((ExtractedText)new MarkdownFile().Read(Encoding.UTF8.GetBytes(source), TestContext.Current.CancellationToken)).Headings;

        Assert.Equal([(1, "Title"), (2, "Part two"), (2, "Sub")], headings.Select(heading => (heading.Level, heading.Title)));
        Assert.Equal("Title\n=====\n", source[headings[0].Start..headings[0].End]);
    }
}
