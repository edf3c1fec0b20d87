using Assay.Worker.Verbs;

namespace Assay.Worker.Tests.Verbs;

public sealed class SelfTestVerbTests
{
    [Fact]
    public void The_native_library_works_and_the_patch_is_explained()
    {
        var output = new StringWriter();
        var errors = new StringWriter();

        Assert.Equal(0, SelfTestVerb.Run(output, errors));

        Assert.Equal("", errors.ToString());
        Assert.Contains("ok    library loads", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("libtorch 2.10", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("weak in the output copy so it loads on Debian 12", output.ToString(), StringComparison.Ordinal);
    }
}
