using Microsoft.Playwright;

namespace Assay.Browser.Tests;

/// <summary>One browser context with one page; it collects what the browser complains about.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Visitor(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.PageError += (_, error) => Complaints.Add($"{page.Url}: {error}");
        page.Dialog += async (_, dialog) =>
        {
            Complaints.Add($"{page.Url}: dialog {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                Complaints.Add($"{page.Url}: {message.Text}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Errors on the console, uncaught exceptions and dialogs.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Makes an account by the form; the visitor is signed in afterwards.</summary>
    public async Task<string> SignUpAsync(string name, string path = "/sign-up")
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        await Page.GotoAsync(path);
        await Page.GetByLabel("Name").FillAsync(name);
        await Page.GetByLabel("E-mail address").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(Site.Password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Assertions.Expect(Page.Locator(".account summary")).ToHaveTextAsync(name);
        return email;
    }

    public async Task SignInAsync(string email)
    {
        await Page.GotoAsync("/sign-in");
        await Page.GetByLabel("E-mail address").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(Site.Password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(Page.Locator(".account summary")).ToBeVisibleAsync();
    }

    /// <summary>With <c>ASSAY_SCREENSHOTS</c> naming a folder, keeps a picture of the whole page there.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("ASSAY_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        }
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
