using Assay.Testing;
using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed class OwnerTests(Site site)
{
    [Fact]
    public async Task An_owner_asks_questions_opens_an_import_freezes_a_version_and_compares_it()
    {
        var datanet = await SeededDatanet.MakeAsync(site.Address, TestContext.Current.CancellationToken);
        await using var owner = await site.VisitAsync();
        await owner.SignInAsync(datanet.OwnerEmail);
        await owner.Page.GotoAsync($"/datanets/{datanet.Id}");
        await owner.Page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();
        await owner.Page.GetByLabel("Accept from a score of").FillAsync("65");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("Saved.")).ToBeVisibleAsync();
        await Assertions.Expect(owner.Page.GetByLabel("Accept from a score of")).ToHaveValueAsync("65.0");

        await owner.Page.GetByLabel("Questions", new() { Exact = true }).FillAsync("In which unit are levels given?\n* metres\n- feet\n! The purpose says metres.");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Save the questions" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("Contributors answer 1 question before their first file.")).ToBeVisibleAsync();
        await owner.Page.GetByLabel("What the corpus is").FillAsync("Notes of the port office, 2019");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Open an import" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("The import is open.")).ToBeVisibleAsync();
        await owner.Page.GetByLabel("E-mail address").FillAsync("ines@example.org");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Invite" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByRole(AriaRole.Cell, new() { Name = "ines@example.org", Exact = true })).ToBeVisibleAsync();
        await owner.PictureAsync("owning");

        await using var contributor = await site.VisitAsync();
        await contributor.SignUpAsync("Quinn");
        await contributor.Page.GotoAsync($"/datanets/{datanet.Id}");
        await contributor.Page.GetByRole(AriaRole.Link, new() { Name = "a few questions" }).ClickAsync();
        await contributor.Page.GetByLabel("metres").CheckAsync();
        await contributor.PictureAsync("quiz");
        await contributor.Page.GetByRole(AriaRole.Button, new() { Name = "Send the answers" }).ClickAsync();
        await Assertions.Expect(contributor.Page.GetByRole(AriaRole.Heading, new() { Name = "Passed: 1 of 1 right" })).ToBeVisibleAsync();
        await contributor.Page.GotoAsync($"/contribute?datanet={datanet.Id}");
        await contributor.Page.GetByLabel("Choose files").SetInputFilesAsync(Path.Combine(Repository.Root, "samples", "text", "prolific", "03-lock-gate.md"));
        await contributor.Page.GetByRole(AriaRole.Button, new() { Name = "Send 1 file" }).ClickAsync();
        await Assertions.Expect(contributor.Page.Locator("#uploads [data-state=accepted]")).ToBeVisibleAsync();

        await owner.Page.GotoAsync($"/datanets/{datanet.Id}");
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Freeze a version" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("Version 2 is frozen")).ToBeVisibleAsync();
        await owner.Page.GetByRole(AriaRole.Link, new() { Name = "Version 2" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("1 file added, 0 removed, 0 changed")).ToBeVisibleAsync();
        await Assertions.Expect(owner.Page.GetByRole(AriaRole.Link, new() { Name = "03-lock-gate.md" }).First).ToBeVisibleAsync();
        await owner.PictureAsync("version");
        await owner.Page.GotoAsync("/leaderboard");
        await owner.PictureAsync("leaderboard");
        Assert.Empty(owner.Complaints.Concat(contributor.Complaints));
    }
}
