using System.Text;
using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed class HostileTextTests(Site site)
{
    private const string Hostile = "\"><img src=x onerror=\"window.hacked=1\">.md";

    [Fact]
    public async Task A_hostile_file_name_executes_nothing_on_any_page_that_shows_it()
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await visitor.SignUpAsync("<b onmouseover=alert(1)>Eve</b>");
        await page.GotoAsync($"/contribute?datanet={datanet.Id}");
        await page.GetByLabel("Choose files").SetInputFilesAsync(new FilePayload
        {
            Name = Hostile,
            MimeType = "text/markdown",
            Buffer = Encoding.UTF8.GetBytes($"# <script>window.hacked=1</script>\n\nWhat does the tide gauge return? {Guid.NewGuid()} <img src=x onerror=window.hacked=1>\n"),
        });
        await page.GetByRole(AriaRole.Button, new() { Name = "Send 1 file" }).ClickAsync();
        await Assertions.Expect(page.Locator("#uploads .findings, #uploads [data-state=refused]").First).ToBeVisibleAsync();
        Assert.False(await HackedAsync(page));

        foreach (var path in (string[])["/me/data", $"/datanets/{datanet.Id}", "/leaderboard", "/me"])
        {
            await page.GotoAsync(path);
            Assert.False(await HackedAsync(page), path);
        }

        await page.GotoAsync("/me/data");
        await page.Locator("main table a").First.ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("onerror");
        Assert.False(await HackedAsync(page));
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task Markdown_of_a_datanet_is_shown_without_scripts_and_foreign_links()
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await page.GotoAsync($"/datanets/{datanet.Id}");
        await page.GetByText("Description", new() { Exact = true }).ClickAsync();
        var markdown = page.Locator(".markdown");
        await Assertions.Expect(markdown.Locator("strong")).ToHaveTextAsync("strong");
        await Assertions.Expect(markdown.Locator("script, img")).ToHaveCountAsync(0);
        await Assertions.Expect(markdown.Locator("a[href]")).ToHaveCountAsync(1);
        Assert.False(await HackedAsync(page));
        Assert.Empty(visitor.Complaints);
    }

    private static Task<bool> HackedAsync(IPage page) => page.EvaluateAsync<bool>("() => window.hacked !== undefined");
}
