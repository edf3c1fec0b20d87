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
    public async Task A_file_is_dropped_and_the_same_bytes_are_refused_without_using_quota()
    {
        const string Drop = """
            text => {
              const data = new DataTransfer();
              data.items.add(new File([text], 'dropped.md', { type: 'text/markdown' }));
              document.getElementById('drop').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
            }
            """;
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await visitor.SignUpAsync("Dora");
        await page.GotoAsync($"/contribute?datanet={datanet.Id}");
        var text = $"# What does the harbour log keep?\n\nThe harbour log keeps every arrival of a ship with its berth, in order of time. Mark {Guid.NewGuid()}.\n";
        await page.EvaluateAsync(Drop, text);
        var rows = page.Locator("#uploads > li");
        await Assertions.Expect(rows.Nth(0).Locator(".findings")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("[data-meter=contributor_files]")).ToContainTextAsync("1 of 20 files");

        await page.EvaluateAsync(Drop, text);
        await Assertions.Expect(rows.Nth(1).Locator("[data-state=refused]")).ToBeVisibleAsync();
        await Assertions.Expect(rows.Nth(1).GetByText("The earlier contribution")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-meter=contributor_files]")).ToContainTextAsync("1 of 20 files");
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
