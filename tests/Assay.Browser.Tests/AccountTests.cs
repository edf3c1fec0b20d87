using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed class AccountTests(Site site)
{
    [Fact]
    public async Task A_person_signs_up_signs_out_and_signs_in_by_form()
    {
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        var email = await visitor.SignUpAsync("Ada");

        await page.Locator(".account summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.Locator(".side").GetByText("Sign in")).ToBeVisibleAsync();

        await page.GotoAsync("/me/data");
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/sign-in\\?return="));
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("wrong");

        await page.GetByLabel("Password").FillAsync(Site.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync($"{site.Address}/me/data");
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_can_be_deleted()
    {
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await visitor.SignUpAsync("Kay");
        await page.GotoAsync("/me");
        await page.GetByLabel("What it is for").FillAsync("laptop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a key" }).ClickAsync();
        await Assertions.Expect(page.Locator("#secret")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^assay_[A-Za-z0-9]{40}$"));
        await visitor.PictureAsync("me");

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete the key laptop" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No keys.")).ToBeVisibleAsync();
        Assert.Empty(visitor.Complaints);
    }
}
