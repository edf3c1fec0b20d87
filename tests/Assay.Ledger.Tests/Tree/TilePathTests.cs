using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests.Tree;

public sealed class TilePathTests
{
    [Theory]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(0, 273, 112, "tile/0/273.p/112")]
    [InlineData(2, 0, 1, "tile/2/000.p/1")]
    [InlineData(-1, 1000, 5, "tile/entries/x001/000.p/5")]
    [InlineData(7, 999, 256, "tile/7/999")]
    public void A_path_has_one_spelling_and_comes_back_from_it(int level, long number, int width, string text)
    {
        var path = new TilePath(level, number, width);

        Assert.Equal(text, path.ToString());
        Assert.True(TilePath.TryParse(text, out var read));
        Assert.Equal(path, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("checkpoint")]
    [InlineData("tile/8/000")]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/1000")]
    [InlineData("tile/0/001/000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/xx001/000")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/../../etc/passwd")]
    [InlineData("tile/0/000/")]
    [InlineData("tile//000")]
    [InlineData("tile/entries/")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/999")]
    public void Anything_else_is_refused(string text) => Assert.False(TilePath.TryParse(text, out _));

    [Fact]
    public void The_last_tiles_of_a_log_are_as_wide_as_its_size_says()
    {
        Assert.Equal("tile/0/273.p/112", TilePath.Holding(0, 69_999, 70_000).ToString());
        Assert.Equal("tile/1/000", TilePath.Holding(1, 255, 70_000).ToString());
        Assert.Equal("tile/1/001.p/17", TilePath.Holding(1, 272, 70_000).ToString());
        Assert.Equal("tile/2/000.p/1", TilePath.Holding(2, 0, 70_000).ToString());
        Assert.Equal("tile/0/000", TilePath.Holding(0, 255, 256).ToString());
        Assert.Equal("tile/1/000.p/1", TilePath.Holding(1, 0, 256).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => TilePath.Holding(1, 0, 255));
    }
}
