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
        await page.GetByLabel("Choose files").SetInputFilesAsync(new[] { "03-lock-gate.md", "11-garbage.txt", "22-empty.md" }.Select(name => Path.Combine(Samples, "prolific", name)));
        await page.GetByLabel("Choose files").SetInputFilesAsync(new FilePayload[]
        {
            new() { Name = "a-photo.png", MimeType = "image/png", Buffer = [0x89, 0x50, 0x4e, 0x47] },
            new() { Name = "large.md", MimeType = "text/markdown", Buffer = new byte[10_485_761] },
        });

        // Before anything is sent the page says what will not fit.
        var rows = page.Locator("#uploads > li");
        await Assertions.Expect(rows.Locator("[data-state=ready]")).ToHaveCountAsync(2);
        await Assertions.Expect(rows.Nth(2)).ToContainTextAsync("the file is empty");
        await Assertions.Expect(rows.Nth(3)).ToContainTextAsync(".png is not taken here");
        await Assertions.Expect(rows.Nth(4)).ToContainTextAsync("10,485,761 bytes; a file may have 10,485,760");
        await Assertions.Expect(page.Locator("[data-meter=contributor_files]")).ToContainTextAsync("0 of 20 files");
        await rows.Nth(1).GetByText("Other words for this file").ClickAsync();
        await rows.Nth(1).GetByLabel("Source").FillAsync("a random generator");
        await visitor.PictureAsync("contribute-before");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send 2 files" }).ClickAsync();

        await Assertions.Expect(rows.Nth(0).Locator("[data-state=accepted]")).ToBeVisibleAsync();
        await Assertions.Expect(rows.Nth(1).Locator("[data-state=rejected]")).ToBeVisibleAsync();
        await Assertions.Expect(rows.Nth(2).Locator("[data-state='does not fit']")).ToBeVisibleAsync();
        await Assertions.Expect(rows.Nth(1).Locator(".findings li")).Not.ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("[data-meter=contributor_files]")).ToContainTextAsync("2 of 20 files");
        await Assertions.Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "1 accepted, 1 rejected, 3 do not fit" })).ToBeVisibleAsync();
        await visitor.PictureAsync("contribute");

        await rows.Nth(1).GetByText("Details and receipt").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Findings" })).ToBeVisibleAsync();
        await visitor.PictureAsync("contribution-rejected");
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_folder_is_sent_in_the_order_of_its_paths_and_what_is_over_the_day_stays_here()
    {
        var folder = Directory.CreateTempSubdirectory("assay-folder-");
        try
        {
            foreach (var (name, length) in new[] { ("notes/b.md", 4_000_000), ("notes/a.md", 4_000_000), ("c.md", 4_000_000), (".git/d.md", 100), ("e.md", 2000) })
            {
                var path = Path.Combine(folder.FullName, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, new string('x', length - 33) + Guid.NewGuid().ToString("n") + "\n", TestContext.Current.CancellationToken);
            }

            var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
            await using var visitor = await site.VisitAsync(width: 360);
            var page = visitor.Page;
            await visitor.SignUpAsync("Frida");
            await page.GotoAsync($"/contribute?datanet={datanet.Id}");
            await page.GetByLabel("Choose a folder").SetInputFilesAsync(folder.FullName);

            var rows = page.Locator("#uploads > li");
            await Assertions.Expect(rows).ToHaveCountAsync(4);
            await Assertions.Expect(rows.Nth(0)).ToContainTextAsync($"{folder.Name}/c.md");
            await Assertions.Expect(rows.Nth(1)).ToContainTextAsync($"{folder.Name}/e.md");
            await Assertions.Expect(rows.Nth(2)).ToContainTextAsync($"{folder.Name}/notes/a.md");
            await Assertions.Expect(rows.Nth(3)).ToContainTextAsync("over your bytes of today");
            await page.GetByRole(AriaRole.Button, new() { Name = $"Remove {folder.Name}/c.md" }).ClickAsync();
            await Assertions.Expect(rows.Locator("[data-state=ready]")).ToHaveCountAsync(3);
            await page.GetByRole(AriaRole.Button, new() { Name = "Remove what is not sent" }).ClickAsync();
            await Assertions.Expect(rows).ToHaveCountAsync(0);
            Assert.Empty(visitor.Complaints);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_broken_upload_goes_on_where_it_stopped()
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await visitor.SignUpAsync("Berta");
        await page.GotoAsync($"/contribute?datanet={datanet.Id}");
        var (broken, heads) = (0, 0);
        await page.RouteAsync("**/api/v1/uploads/*", async route =>
        {
            heads += route.Request.Method == "HEAD" ? 1 : 0;
            if (route.Request.Method == "PATCH" && broken++ == 0)
            {
                await route.AbortAsync("connectionreset");
                return;
            }

            await route.ContinueAsync();
        });
        await page.GetByLabel("Choose files").SetInputFilesAsync(new FilePayload
        {
            Name = "resumed.md",
            MimeType = "text/markdown",
            Buffer = System.Text.Encoding.UTF8.GetBytes($"# What does the quay keep?\n\nThe quay keeps every rope of a ship with its length in metres. Mark {Guid.NewGuid()}.\n"),
        });
        await page.GetByRole(AriaRole.Button, new() { Name = "Send 1 file" }).ClickAsync();

        await Assertions.Expect(page.Locator("#uploads > li .findings")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("[data-meter=contributor_files]")).ToContainTextAsync("1 of 20 files");
        Assert.Equal((2, 1), (broken, heads));
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
        await page.GetByRole(AriaRole.Button, new() { Name = "Send 1 file" }).ClickAsync();
        var rows = page.Locator("#uploads > li");
        await Assertions.Expect(rows.Nth(0).Locator(".findings")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("[data-meter=contributor_files]")).ToContainTextAsync("1 of 20 files");

        await page.EvaluateAsync(Drop, text);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send 1 file" }).ClickAsync();
        await Assertions.Expect(rows.Nth(1).Locator("[data-state=refused]")).ToBeVisibleAsync();
        await Assertions.Expect(rows.Nth(1).GetByText("The earlier contribution")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-meter=contributor_files]")).ToContainTextAsync("1 of 20 files");
    }

    [Fact]
    public async Task An_owner_sets_a_fair_share_and_contributors_see_theirs()
    {
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await visitor.SignUpAsync("Olga");
        var answer = await page.APIRequest.PostAsync("/api/v1/datanets", new()
        {
            DataObject = new
            {
                name = $"Shares {Guid.NewGuid():n}"[..24],
                kind = "text",
                licences = new[] { "CC-BY-4.0" },
                purpose = "Questions and exact answers about tide gauges and tide tables, for people who build software for harbours and need units.",
            },
        });
        var id = (await answer.JsonAsync())!.Value.GetProperty("id").GetString();

        await page.GotoAsync($"/datanets/{id}");
        await page.GetByText("Daily limits", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Fair share in percent").FillAsync("25");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change the limits" }).ClickAsync();
        await Assertions.Expect(page.GetByText("One contributor may send 25 % of it a day.")).ToBeVisibleAsync();

        await page.GotoAsync($"/contribute?datanet={id}");
        await Assertions.Expect(page.Locator("[data-meter=fair_share_bytes]")).ToContainTextAsync("0 bytes of 2.50 MiB");
        await page.GetByLabel("Choose files").SetInputFilesAsync(new FilePayload { Name = "large.txt", MimeType = "text/plain", Buffer = new byte[2_621_441] });
        await Assertions.Expect(page.Locator("#uploads > li")).ToContainTextAsync("over your share of this datanet today");
        Assert.Empty(visitor.Complaints);
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
