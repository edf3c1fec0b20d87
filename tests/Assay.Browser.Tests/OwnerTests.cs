using System.Text;
using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed class OwnerTests(Site site)
{
    [Fact]
    public async Task An_owner_asks_questions_opens_an_import_freezes_a_version_and_compares_it()
    {
        await using var owner = await site.VisitAsync();
        await owner.SignUpAsync("Olga Owner");
        await owner.Page.GotoAsync("/datanets/new");
        await owner.Page.GetByLabel("Name").FillAsync("Sluice notes of the north port");
        await owner.Page.GetByLabel("Purpose").FillAsync(Purpose);
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Open the datanet" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByRole(AriaRole.Heading, new() { Name = "Sluice notes of the north port" })).ToBeVisibleAsync();
        var datanet = owner.Page.Url;
        await SendAsync(owner.Page, datanet, "gates.md", Gates);
        await owner.Page.GotoAsync(datanet);
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Freeze a version" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("Version 1 is frozen")).ToBeVisibleAsync();
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
        await contributor.Page.GotoAsync(datanet);
        await contributor.Page.GetByRole(AriaRole.Link, new() { Name = "a few questions" }).ClickAsync();
        await contributor.Page.GetByLabel("metres").CheckAsync();
        await contributor.PictureAsync("quiz");
        await contributor.Page.GetByRole(AriaRole.Button, new() { Name = "Send the answers" }).ClickAsync();
        await Assertions.Expect(contributor.Page.GetByRole(AriaRole.Heading, new() { Name = "Passed: 1 of 1 right" })).ToBeVisibleAsync();
        await SendAsync(contributor.Page, datanet, "pumps.md", Pumps);

        await owner.Page.GotoAsync(datanet);
        await owner.Page.GetByRole(AriaRole.Button, new() { Name = "Freeze a version" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("Version 2 is frozen")).ToBeVisibleAsync();
        await owner.Page.GetByRole(AriaRole.Link, new() { Name = "Version 2" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("1 file added, 0 removed, 0 changed")).ToBeVisibleAsync();
        await Assertions.Expect(owner.Page.GetByRole(AriaRole.Link, new() { Name = "pumps.md" }).First).ToBeVisibleAsync();
        await owner.PictureAsync("version");
        await owner.Page.GotoAsync("/leaderboard");
        await owner.PictureAsync("leaderboard");
        Assert.Empty(owner.Complaints.Concat(contributor.Complaints));
    }

    private const string Purpose = "Questions and exact answers about the sluices of the north port: how gates and pumps are opened, how much water they let through, which pressure they "
        + "bear, who may move them, and what their log says after a storm.";

    private static async Task SendAsync(IPage page, string datanet, string name, string text)
    {
        await page.GotoAsync($"/contribute?datanet={datanet.Split('/')[^1]}");
        await page.GetByLabel("Choose files").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "text/markdown", Buffer = Encoding.UTF8.GetBytes(text) });
        await page.GetByRole(AriaRole.Button, new() { Name = "Send 1 file" }).ClickAsync();
        await Assertions.Expect(page.Locator("#uploads [data-state=accepted]")).ToBeVisibleAsync();
    }

    private const string Gates =
        """
        # The gates of the north sluice

        ## Who may open the gates of the north sluice?

        Only the keeper of the port opens the gates, and the log names the keeper, the hour and the level of the water on both sides of the sluice.

        ## Which pressure do the gates bear?

        The gates bear a pressure of four bar before the safety valve opens by itself. After a storm the keeper reads the pressure again and writes it down.
        """;

    private const string Pumps =
        """
        # Pumping water out of the lock chamber

        ## How much water does one pump let through?

        A single pump lifts nine litres a second. Two of them together empty the chamber within forty minutes, if no weed blocks the grating in front of the sluices.

        ## Where is it written down when a pump was moved?

        Every move stands in the pump book beside the engine room: date, weather, who carried it, and where on the quay it was set up again.
        """;
}
