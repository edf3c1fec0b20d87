using System.Text.RegularExpressions;
using Assay.Testing;
using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed partial class EvidenceTests(Site site)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_near_copy_is_shown_beside_its_source_with_the_shared_words_marked()
    {
        var seeded = await site.SeededAsync(Cancel);
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "samples", "text", "careful", "02-buoy.md"), Cancel);
        var copy = await seeded.SendAsync(site.Address, "buoy-once-more.md", text.Replace("buoy", "float", StringComparison.OrdinalIgnoreCase), Cancel);
        foreach (var width in (int[])[1280, 360])
        {
            await using var visitor = await site.VisitAsync(width: width);
            await visitor.SignInAsync(seeded.OwnerEmail);
            await visitor.Page.GotoAsync($"/contributions/{copy}");
            await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Side by side" }).First.ClickAsync();
            await visitor.Page.WaitForURLAsync(SideBySide());
            await Assertions.Expect(visitor.Page.Locator("mark").First).ToBeVisibleAsync();
            Assert.True(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"The page is wider than {width} pixels.");
            await visitor.PictureAsync($"side-by-side-{width}");
            Assert.Empty(visitor.Complaints);
        }
    }

    [Fact]
    public async Task An_owner_adds_a_test_set_and_removes_it()
    {
        var seeded = await site.SeededAsync(Cancel);
        await using var owner = await site.VisitAsync();
        await owner.SignInAsync(seeded.OwnerEmail);
        await owner.Page.GotoAsync($"/datanets/{seeded.Id}/settings");
        var card = owner.Page.Locator("section").Filter(new() { Has = owner.Page.GetByRole(AriaRole.Heading, new() { Name = "Test sets" }) });
        await card.GetByLabel("Name").FillAsync("Quay questions");
        await card.GetByLabel("or the texts, one a line").FillAsync("How many bollards stand on the quay between the third crane and the gate of the yard?\nWho rings the bell when the last ferry of the evening has left the quay?");
        await card.GetByRole(AriaRole.Button, new() { Name = "Add the test set" }).ClickAsync();
        await Assertions.Expect(card.Locator("[data-test-set=used]").Filter(new() { HasText = "Quay questions" })).ToBeVisibleAsync();
        await owner.PictureAsync("test-sets");

        await card.GetByRole(AriaRole.Button, new() { Name = "Remove the test set Quay questions" }).ClickAsync();

        await Assertions.Expect(card.Locator("[data-test-set=removed]").Filter(new() { HasText = "Quay questions" })).ToBeVisibleAsync();
        Assert.Empty(owner.Complaints);
    }

    [GeneratedRegex("/comparison/")]
    private static partial Regex SideBySide();
}
