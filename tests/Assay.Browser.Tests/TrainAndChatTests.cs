using Microsoft.Playwright;

namespace Assay.Browser.Tests;

public sealed class TrainAndChatTests(Site site)
{
    private static readonly float Patience = 120_000;

    [Fact]
    public async Task A_run_is_started_in_the_studio_its_chart_moves_and_its_model_answers()
    {
        Site.RequireStarter();
        var datanet = await site.SeededAsync(TestContext.Current.CancellationToken);
        await using var visitor = await site.VisitAsync();
        var page = visitor.Page;
        await visitor.SignInAsync(datanet.OwnerEmail);

        await page.GotoAsync("/studio");
        await Assertions.Expect(page.GetByText("demonstration model").First).ToBeVisibleAsync();
        var look = page.GetByRole(AriaRole.Button, new() { Name = "Look", Exact = true });
        await look.ClickAsync();
        await Assertions.Expect(page.Locator("[data-look] .trained").First).ToBeVisibleAsync();
        await page.GetByLabel("Name of the run").FillAsync("Browser run");
        await page.GetByLabel("Most steps").FillAsync("12");
        await page.GetByLabel("Batch size").FillAsync("2");
        await page.GetByLabel("Gradient accumulation").FillAsync("1");
        await page.GetByLabel("Gradient accumulation").PressAsync("Tab");
        await Assertions.Expect(page.Locator("details pre")).ToContainTextAsync("\"max_steps\": 12");
        await visitor.PictureAsync("studio");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start the run" }).ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/runs/r_"));
        await Assertions.Expect(page.Locator("#run[data-points]")).ToHaveAttributeAsync("data-points", new System.Text.RegularExpressions.Regex("^[1-9]"), new() { Timeout = Patience });
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#state [data-state=succeeded]")).ToBeVisibleAsync(new() { Timeout = Patience });
        await Assertions.Expect(page.Locator("#run[data-points]")).ToHaveAttributeAsync("data-points", "12");
        Assert.Equal(Enumerable.Range(1, 12), await page.EvaluateAsync<int[]>("() => document.getElementById('loss-chart').data[0].x"));
        await visitor.PictureAsync("run");

        await page.GetByLabel("Format").SelectOptionAsync(new SelectOptionValue { Label = "Whole model, GGUF, Q8_0 (8 bits)" });
        await page.GetByRole(AriaRole.Button, new() { Name = "Export", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".export[data-state=done]")).ToContainTextAsync("passed: answers like the tested model", new() { Timeout = Patience });
        await page.Locator(".export summary").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "README.md" })).ToBeVisibleAsync();
        await visitor.PictureAsync("export");

        await page.GetByText("Chat with it").ClickAsync();
        await page.GetByText("Sampling and system prompt").ClickAsync();
        await page.GetByLabel("Most new tokens").FillAsync("24");
        await page.GetByLabel("Your question").FillAsync("What does the tide gauge return?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask" }).ClickAsync();
        await Assertions.Expect(page.Locator(".answer-card[data-done=true]")).ToHaveCountAsync(2, new() { Timeout = Patience });
        await Assertions.Expect(page.GetByText("changed by training")).ToBeVisibleAsync();
        await visitor.PictureAsync("chat");

        await page.GetByRole(AriaRole.Button, new() { Name = "Correct this answer" }).Last.ClickAsync();
        await page.GetByLabel("The answer as it should be").FillAsync("The tide gauge returns the water level in metres above chart datum as a double, and null while no reading has arrived yet.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a draft" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The draft,")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Contribute it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The correction is contributed.")).ToBeVisibleAsync();
        Assert.Empty(visitor.Complaints);
    }
}
