using Assay.Testing;
using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed class ContributeTests(Site site)
{
    private static readonly string Samples = Path.Combine(Repository.Root, "samples", "text");

    [Fact]
    public async Task A_good_file_is_accepted_and_a_bad_one_is_rejected_with_findings()
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await visitor.SignUpAsync("Carla");
        await page.GotoAsync($"/contribute?datanet={datanet.Id}");
        await page.GetByLabel("Source").FillAsync("own work");
        await page.GetByLabel("What it should teach").FillAsync("answers about Harbor");
        await page.GetByLabel("Why it is useful").FillAsync("names units");
        await page.GetByLabel("Choose files").SetInputFilesAsync(
            [Path.Combine(Samples, "prolific", "03-lock-gate.md"), Path.Combine(Samples, "prolific", "11-garbage.txt"), Path.Combine(Samples, "prolific", "22-empty.md")]);

        var rows = page.Locator("#uploads > li");
        await Assertions.Expect(rows.Nth(0).Locator("[data-state=accepted]")).ToBeVisibleAsync();
        await Assertions.Expect(rows.Nth(1).Locator("[data-state=rejected]")).ToBeVisibleAsync();
        await Assertions.Expect(rows.Nth(2).Locator("[data-state=refused]")).ToBeVisibleAsync();
        await Assertions.Expect(rows.Nth(1).Locator(".findings li")).Not.ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("[data-meter=contributor_files]")).ToContainTextAsync("2 of 20 files");
        await visitor.PictureAsync("contribute");

        await rows.Nth(1).GetByText("Details and receipt").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Findings" })).ToBeVisibleAsync();
        await visitor.PictureAsync("contribution-rejected");

        // The refused upload is the only complaint: the browser reports every answer of 4xx.
        Assert.All(visitor.Complaints, complaint => Assert.Contains("422", complaint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_receipt_is_checked_on_the_ledger_page_and_a_changed_one_is_refused()
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await page.GotoAsync($"/contributions/{datanet.Contribution}");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Receipt", Exact = true }).ClickAsync());
        var receipt = await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);

        await page.GotoAsync("/transparency");
        await page.GetByLabel("or its text").FillAsync(receipt);
        await page.GetByRole(AriaRole.Button, new() { Name = "Check", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("The receipt is good")).ToBeVisibleAsync();

        await page.GetByLabel("or its text").FillAsync(receipt.Replace("index ", "index 1", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Check", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("The receipt is not good")).ToBeVisibleAsync();
        Assert.Empty(visitor.Complaints);
    }
}
