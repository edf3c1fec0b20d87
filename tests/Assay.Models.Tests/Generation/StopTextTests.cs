using Assay.Models.Generation;

namespace Assay.Models.Tests.Generation;

public sealed class StopTextTests
{
    [Fact]
    public void What_could_become_a_stop_text_is_held_back_until_it_is_certain()
    {
        var stop = new StopText(["END", "\n\n"]);

        Assert.Equal("one ", stop.Push("one E"));
        Assert.Equal("EX", stop.Push("X"));
        Assert.Equal("", stop.Push("\n"));
        Assert.Equal("\na", stop.Push("a"));
        Assert.Equal(" b", stop.Push(" bEN"));
        Assert.Equal("", stop.Push("D more"));
        Assert.True(stop.Found);
        Assert.Equal("", stop.Push("and more"));
        Assert.Equal("", stop.Flush());
    }

    [Fact]
    public void What_was_held_back_comes_out_at_the_end()
    {
        var stop = new StopText(["END"]);

        Assert.Equal("a", stop.Push("aEN"));
        Assert.Equal("EN", stop.Flush());
        Assert.False(stop.Found);
    }
}
