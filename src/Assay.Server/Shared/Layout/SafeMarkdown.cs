using Ganss.Xss;
using Markdig;
using Microsoft.AspNetCore.Components;

namespace Assay.Server.Shared.Layout;

/// <summary>
/// Markdown of users as harmless HTML. Both steps are needed: Markdig lets links such as <c>javascript:</c> through even with HTML off;
/// the sanitizer keeps http, https and mailto alone.
/// </summary>
internal sealed class SafeMarkdown
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().Build();

    private readonly HtmlSanitizer _sanitizer = Make();

    /// <param name="markdown">Anything; it is not trusted.</param>
    public MarkupString Render(string markdown) => new(_sanitizer.Sanitize(Markdown.ToHtml(markdown, Pipeline)));

    private static HtmlSanitizer Make()
    {
        var sanitizer = new HtmlSanitizer();
        sanitizer.AllowedTags.Clear();
        foreach (var tag in (string[])["p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a",
            "table", "thead", "tbody", "tr", "th", "td"])
        {
            sanitizer.AllowedTags.Add(tag);
        }

        sanitizer.AllowedAttributes.Clear();
        sanitizer.AllowedAttributes.Add("href");
        sanitizer.AllowedCssProperties.Clear();
        sanitizer.AllowedSchemes.Clear();
        sanitizer.AllowedSchemes.UnionWith(["http", "https", "mailto"]);
        return sanitizer;
    }
}
