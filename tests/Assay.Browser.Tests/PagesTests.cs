using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed partial class PagesTests(Site site)
{
    private static readonly string[] Paths =
    [
        "/", "/sign-in", "/sign-up", "/me", "/me/data", "/datanets", "/datanets/new", "/datanets/{datanet}", "/datanets/{datanet}/versions/1", "/datanets/{datanet}/settings", "/datanets/{datanet}/quiz", "/contribute", "/contribute?datanet={datanet}",
        "/contributions/{contribution}", "/review", "/reviewers", "/leaderboard", "/models", "/studio", "/runs", "/chat", "/access", "/transparency", "/docs", "/rules",
    ];

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task Every_page_answers_fits_and_makes_no_complaint(ColorScheme scheme, int width)
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync(scheme, width);
        await visitor.SignInAsync(datanet.OwnerEmail);
        foreach (var path in Paths.Select(path => Fill(path, datanet)))
        {
            var answer = await visitor.Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load });
            Assert.True(answer!.Status == 200, $"{path}: {answer.Status}");
            await Assertions.Expect(visitor.Page.Locator("h1").First).ToBeVisibleAsync();
            await Assertions.Expect(visitor.Page).ToHaveTitleAsync(new Regex("Assay$"));
            await Assertions.Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("data-theme", scheme == ColorScheme.Dark ? "dark" : "light");
            var overflow = await visitor.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth");
            Assert.True(overflow <= 0, $"{path} is {overflow} pixels wider than {width}.");
            var problems = await Accessibility.FindProblemsAsync(visitor.Page);
            Assert.True(problems.Count == 0, $"{path}: {string.Join('\n', problems)}");
            await visitor.PictureAsync($"{scheme}-{width}{path.Split('?')[0].Replace(datanet.Id, "one", StringComparison.Ordinal).Replace(datanet.Contribution, "one", StringComparison.Ordinal).Replace('/', '-')}".TrimEnd('-'));
        }

        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task The_chosen_theme_is_remembered_and_the_keyboard_reaches_the_content()
    {
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await page.GotoAsync("/docs");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator(":focus")).ToHaveTextAsync("Skip to the content");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#main")).ToBeFocusedAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Switch between light and dark" }).ClickAsync();
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_visitor_reads_without_an_account_and_is_sent_to_sign_in_for_the_rest()
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync();
        foreach (var path in (string[])["/", "/datanets", "/leaderboard", "/models", "/transparency", "/docs", $"/datanets/{datanet.Id}", $"/contributions/{datanet.Contribution}"])
        {
            var answer = await visitor.Page.GotoAsync(path);
            Assert.True(answer!.Status == 200 && new Uri(visitor.Page.Url).AbsolutePath == path, $"{path}: {answer.Status} {visitor.Page.Url}");
        }

        foreach (var path in (string[])["/me", "/me/data", "/contribute", "/studio", "/runs", "/chat", "/access", "/review", "/datanets/new"])
        {
            await visitor.Page.GotoAsync(path);
            Assert.Contains("/sign-in?return=", visitor.Page.Url, StringComparison.Ordinal);
        }

        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task An_unknown_address_shows_a_page_with_status_404()
    {
        await using var visitor = await site.VisitAsync();
        foreach (var path in (string[])["/no-such-page", "/datanets/d_0000000000000000", "/contributions/c_0000000000000000"])
        {
            var answer = await visitor.Page.GotoAsync(path);
            Assert.Equal(404, answer!.Status);
            await Assertions.Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("Nothing here");
        }

        await visitor.PictureAsync("not-found");
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused_with_a_page()
    {
        await using var visitor = await site.VisitAsync();
        await visitor.Page.GotoAsync("/sign-in");
        await visitor.Page.EvaluateAsync("() => document.querySelector('input[name=__RequestVerificationToken]').remove()");
        await visitor.Page.GetByLabel("E-mail address").FillAsync("someone@example.org");
        await visitor.Page.GetByLabel("Password").FillAsync(Site.Password);
        var answer = await visitor.Page.RunAndWaitForResponseAsync(
            () => visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync(), response => response.Request.Method == "POST");
        Assert.Equal(400, answer.Status);
        await Assertions.Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("The request is not valid");
    }

    [Fact]
    public async Task Every_asset_that_pages_load_has_content()
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync();
        await visitor.SignInAsync(datanet.OwnerEmail);
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in Paths.Select(path => Fill(path, datanet)))
        {
            var html = await (await visitor.Page.GotoAsync(path))!.TextAsync();
            seen.UnionWith(AssetLink().Matches(html).Select(match => match.Groups[1].Value));
        }

        Assert.Contains(seen, asset => asset.Contains("blazor.web", StringComparison.Ordinal));
        Assert.Contains(seen, asset => asset.Contains("MudBlazor.min", StringComparison.Ordinal));
        using var client = new HttpClient { BaseAddress = new Uri(site.Address) };
        foreach (var asset in seen)
        {
            var bytes = await client.GetByteArrayAsync(new Uri("/" + asset.TrimStart('/'), UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True(bytes.Length > 0, $"{asset} is empty");
        }
    }

    private static string Fill(string path, SeededDatanet datanet) => path.Replace("{datanet}", datanet.Id, StringComparison.Ordinal)
        .Replace("{contribution}", datanet.Contribution, StringComparison.Ordinal);

    [GeneratedRegex("""(?:src|href)="([^"]+\.(?:js|css|svg))" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex AssetLink();
}
