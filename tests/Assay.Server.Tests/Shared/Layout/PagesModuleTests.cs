using Assay.Server.Shared.Layout;

namespace Assay.Server.Tests.Shared.Layout;

public sealed class PagesModuleTests
{
    [Theory]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("/", "/")]
    [InlineData("/me/data?x=1", "/me/data?x=1")]
    [InlineData("//example.org", "/")]
    [InlineData("/\\example.org", "/")]
    [InlineData("https://example.org", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/a\nb", "/")]
    public void After_signing_in_one_stays_on_this_site(string? asked, string path) => Assert.Equal(path, PagesModule.LocalPath(asked));
}
