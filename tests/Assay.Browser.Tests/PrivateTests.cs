using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed class PrivateTests(Site site)
{
    private const string Name = "Dock cranes of the closed yard";

    [Fact]
    public async Task A_private_datanet_is_marked_for_its_members_not_there_for_others_and_published_by_its_name()
    {
        await using var owner = await site.VisitAsync();
        await owner.SignUpAsync("Petra Private");
        await owner.Page.GotoAsync("/datanets/new");
        await owner.Page.GetByLabel("Name").FillAsync(Name);
        await owner.Page.GetByLabel("Purpose").FillAsync("Teach a small model to answer questions about the cranes of a closed yard: reach, load in tonnes, brakes, inspections and who may climb up.");
        await owner.Page.GetByLabel("Who reads and contributes").SelectOptionAsync("private");
        await owner.PictureAsync("private-open");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Open the datanet" }).ClickAsync();
        await Assertions.Expect(owner.Page.Locator("[data-visibility=private]").First).ToBeVisibleAsync();
        var datanet = owner.Page.Url;
        await owner.PictureAsync("private-datanet");

        await using var member = await site.VisitAsync();
        var email = await member.SignUpAsync("Milo Member");
        await using var stranger = await site.VisitAsync();
        await stranger.SignUpAsync("Sven Stranger");
        foreach (var page in (IPage[])[member.Page, stranger.Page])
        {
            await page.GotoAsync(datanet);
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing here" })).ToBeVisibleAsync();
        }

        await stranger.PictureAsync("private-stranger");
        await owner.Page.GotoAsync($"{datanet}/settings");
        await owner.Page.GetByLabel("E-mail address").FillAsync(email);
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Invite" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByRole(AriaRole.Cell, new() { Name = email, Exact = true })).ToBeVisibleAsync();
        await owner.PictureAsync("private-settings");
        await member.Page.GotoAsync("/datanets");
        await Assertions.Expect(member.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Name }).Locator("[data-visibility=private]")).ToBeVisibleAsync();
        await member.PictureAsync("private-list");

        await owner.Page.GetByLabel("Who reads and contributes").SelectOptionAsync("restricted");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("To confirm, repeat its name")).ToBeVisibleAsync();
        await owner.Page.GetByLabel("Who reads and contributes").SelectOptionAsync("restricted");
        await owner.Page.GetByLabel("To publish it, its name again").FillAsync(Name);
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("Saved.")).ToBeVisibleAsync();
        await stranger.Page.GotoAsync(datanet);
        await Assertions.Expect(stranger.Page.GetByRole(AriaRole.Heading, new() { Name = Name })).ToBeVisibleAsync();
        await Assertions.Expect(stranger.Page.GetByText("private until")).ToBeVisibleAsync();
        Assert.Empty(owner.Complaints);
    }
}
