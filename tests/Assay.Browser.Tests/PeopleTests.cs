using Assay.Testing;
using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed class PeopleTests(Site site)
{
    private const string Wanted = "A small model that answers questions about Harbor for the people of our port office.";

    [Fact]
    public async Task A_builder_asks_for_access_and_the_owner_grants_and_revokes_it()
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var builder = await site.VisitAsync();
        await builder.SignUpAsync("Bea Builder");
        await builder.Page.GotoAsync($"/datanets/{datanet.Id}");
        await builder.Page.GetByLabel("What do you want the data for?").FillAsync(Wanted);
        await builder.Page.GetByLabel("I accept that").CheckAsync();
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "Ask for access" }).ClickAsync();
        await Assertions.Expect(builder.Page.GetByText("Your request is with the owner.")).ToBeVisibleAsync();

        await using var owner = await site.VisitAsync();
        await owner.SignInAsync(datanet.OwnerEmail);
        await owner.Page.GotoAsync("/access");
        var request = owner.Page.Locator("li", new() { HasText = "Bea Builder" });
        await owner.PictureAsync("access");
        await request.GetByRole(AriaRole.Button, new() { Name = "Grant" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("is granted")).ToBeVisibleAsync();

        await builder.Page.GotoAsync("/studio");
        await Assertions.Expect(builder.Page.GetByText(datanet.Name)).ToBeVisibleAsync();

        await request.GetByLabel("Reason").FillAsync("The project ended.");
        await request.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("is revoked")).ToBeVisibleAsync();
        await builder.Page.GotoAsync("/access");
        await Assertions.Expect(builder.Page.Locator("[data-state=revoked]")).ToBeVisibleAsync();
        Assert.Empty(builder.Complaints.Concat(owner.Complaints));
    }

    /// <summary>On the operator's page of test sets for the whole installation; others do not find it.</summary>
    private static async Task AddAndRemoveATestSetAsync(Visitor chief)
    {
        await chief.Page.Locator(".account summary").ClickAsync();
        await chief.Page.GetByRole(AriaRole.Link, new() { Name = "Test sets" }).ClickAsync();
        await chief.Page.GetByLabel("Name").FillAsync("Lantern benchmark");
        await chief.Page.GetByLabel("or the texts, one a line").FillAsync("How many lanterns hang between the third and the ninth arch of the glass viaduct of Ostrova on a moonless night?");
        await chief.Page.GetByRole(AriaRole.Button, new() { Name = "Add the test set" }).ClickAsync();
        await Assertions.Expect(chief.Page.Locator("[data-test-set=used]").Filter(new() { HasText = "Lantern benchmark" })).ToBeVisibleAsync();
        await chief.PictureAsync("platform-test-sets");
        await chief.Page.GetByRole(AriaRole.Button, new() { Name = "Remove the test set Lantern benchmark" }).ClickAsync();
        await Assertions.Expect(chief.Page.Locator("[data-test-set=removed]").Filter(new() { HasText = "Lantern benchmark" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_operator_makes_a_reviewer_who_decides_a_file()
    {
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var contributor = await site.VisitAsync();
        await contributor.SignUpAsync("Cleo");
        await contributor.Page.GotoAsync($"/contribute?datanet={datanet.Id}");
        await contributor.Page.GetByLabel("Choose files").SetInputFilesAsync(Path.Combine(Repository.Root, "samples", "text", "prolific", "10-recipe.md"));
        await contributor.Page.GetByRole(AriaRole.Button, new() { Name = "Send 1 file" }).ClickAsync();
        await Assertions.Expect(contributor.Page.Locator("#uploads [data-state=review]")).ToBeVisibleAsync();

        await using var reviewer = await site.VisitAsync();
        var email = await reviewer.SignUpAsync("Rio");
        await reviewer.Page.GotoAsync("/review");
        await Assertions.Expect(reviewer.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("needs the role");

        await using var chief = await site.VisitAsync();
        await chief.SignUpAsync("Opal", await site.SetupPathAsync(TestContext.Current.CancellationToken));
        await chief.Page.GotoAsync("/me");
        await chief.Page.GetByLabel("E-mail address of the account").FillAsync(email);
        await chief.Page.GetByRole(AriaRole.Button, new() { Name = "Give the role" }).ClickAsync();
        await Assertions.Expect(chief.Page.GetByText("now has the role reviewer")).ToBeVisibleAsync();
        await AddAndRemoveATestSetAsync(chief);

        await reviewer.SignInAsync(email);
        await reviewer.Page.GotoAsync("/review");
        await reviewer.Page.GetByRole(AriaRole.Button, new() { Name = "Give me a file" }).ClickAsync();
        await Assertions.Expect(reviewer.Page.GetByLabel("Reason")).ToBeVisibleAsync();
        await Assertions.Expect(reviewer.Page.GetByText("Cleo")).ToHaveCountAsync(0);
        await reviewer.PictureAsync("review");
        await reviewer.Page.GetByLabel("Reason").FillAsync("A recipe says nothing about Harbor.");
        await reviewer.Page.GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();
        await Assertions.Expect(reviewer.Page.GetByText("Your vote is counted.")).ToBeVisibleAsync();

        await contributor.Page.GetByText("Details and receipt").ClickAsync();
        await Assertions.Expect(contributor.Page.GetByText("A recipe says nothing about Harbor.")).ToBeVisibleAsync();
        await Assertions.Expect(contributor.Page.Locator("[data-event=decided]").Last).ToContainTextAsync("Rejected by 1 vote");
        await contributor.Page.GetByText("Appeal against the rejection").ClickAsync();
        await contributor.Page.GetByLabel("What did the rules get wrong?").FillAsync("Harbours cook, too.");
        await contributor.Page.GetByRole(AriaRole.Button, new() { Name = "Appeal" }).ClickAsync();
        await Assertions.Expect(contributor.Page.GetByText("Your appeal is open.")).ToBeVisibleAsync();
        await Assertions.Expect(contributor.Page.Locator(".figures [data-state=review]")).ToBeVisibleAsync();
        await contributor.Page.GetByText("Withdraw the file").ClickAsync();
        await contributor.Page.GetByLabel("I know that this cannot be undone.").CheckAsync();
        await contributor.PictureAsync("life");
        await contributor.Page.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await Assertions.Expect(contributor.Page.Locator("[data-removed]")).ToContainTextAsync("withdrew this file");
        await Assertions.Expect(contributor.Page.Locator("[data-event=erased]")).ToBeVisibleAsync();
        await reviewer.Page.GotoAsync("/reviewers");
        await Assertions.Expect(reviewer.Page.GetByRole(AriaRole.Cell, new() { Name = "Rio" })).ToBeVisibleAsync();
        Assert.Empty(contributor.Complaints.Concat(reviewer.Complaints).Concat(chief.Complaints));
    }

    [Fact]
    public async Task An_owner_opens_a_datanet_by_form_and_is_told_what_is_missing()
    {
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await visitor.SignUpAsync("Otto");
        await page.GotoAsync("/datanets/new");
        await page.GetByLabel("Name").FillAsync("Tide tables");
        await page.GetByLabel("Purpose").FillAsync(new string('p', 120));
        await page.GetByLabel("Licences").FillAsync("one,two,three,four,five,six,seven,eight,nine,ten,eleven");
        await page.GetByRole(AriaRole.Button, new() { Name = "Open the datanet" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Licences");

        await page.GetByLabel("Licences").FillAsync("CC0-1.0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Open the datanet" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Tide tables");
        await page.GetByRole(AriaRole.Button, new() { Name = "Freeze a version" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("No record is accepted yet");
        Assert.Empty(visitor.Complaints);
    }
}
