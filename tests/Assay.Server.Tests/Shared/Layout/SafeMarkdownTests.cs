using Assay.Server.Shared.Layout;

namespace Assay.Server.Tests.Shared.Layout;

public sealed class SafeMarkdownTests
{
    private readonly SafeMarkdown _markdown = new();

    [Theory]
    [InlineData("[a](javascript:alert(1))")]
    [InlineData("[a](JaVaScRiPt:alert(1))")]
    [InlineData("[a](vbscript:x)")]
    [InlineData("[a](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("[a](&#106;avascript:alert(1))")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[a]: javascript:alert(1)\n\n[a]")]
    public void A_link_of_another_scheme_loses_its_target(string text) => Assert.DoesNotContain("href", Html(text), StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("[a](https://example.org/x)", "https://example.org/x")]
    [InlineData("[a](http://example.org/)", "http://example.org/")]
    [InlineData("<someone@example.org>", "mailto:someone@example.org")]
    public void A_web_or_mail_link_stays(string text, string target) => Assert.Contains($"href=\"{target}\"", Html(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("<svg/onload=alert(1)>")]
    [InlineData("![x](https://example.org/track.png)")]
    [InlineData("<style>*{display:none}</style>")]
    [InlineData("<iframe src=//example.org></iframe>")]
    public void No_element_of_the_writer_gets_through(string text)
    {
        var html = Html(text);
        foreach (var tag in (string[])["<script", "<img", "<svg", "<style", "<iframe"])
        {
            Assert.DoesNotContain(tag, html, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Text_that_is_nested_too_deep_is_shown_as_written()
    {
        var deep = new string('>', 5000) + " <b>";
        Assert.Equal($"<pre>{System.Text.Encodings.Web.HtmlEncoder.Default.Encode(deep)}</pre>", Html(deep));
    }

    [Fact]
    public void Headings_lists_code_and_tables_are_rendered()
    {
        var html = Html("# One\n\n- two\n\n`three`\n\n| a | b |\n|---|---|\n| 1 | 2 |");
        foreach (var part in (string[])["<h1>One</h1>", "<li>two</li>", "<code>three</code>", "<td>1</td>"])
        {
            Assert.Contains(part, html, StringComparison.Ordinal);
        }
    }

    private string Html(string text) => _markdown.Render(text).Value;
}
