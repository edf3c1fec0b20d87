using System.Text.Encodings.Web;
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
    public MarkupString Render(string markdown)
    {
        try
        {
            return new(_sanitizer.Sanitize(Markdown.ToHtml(markdown, Pipeline)));
        }
        catch (ArgumentException)
        {
            // Markdig refuses text that is nested more than 128 deep; it is shown as it was written.
            return new($"<pre>{HtmlEncoder.Default.Encode(markdown)}</pre>");
        }
    }

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
