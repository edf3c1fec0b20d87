using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Assay.Testing.Media;
using Microsoft.Playwright;
using Clip = Assay.Testing.Media.Clip;

namespace Assay.Browser.Tests;

/// <summary>Pictures and clips in a real browser: shown from the worker's preview, compared side by side, played; readable at every width and in both themes.</summary>
public sealed class MediaTests(Site site)
{
    private const string Purpose = "Photographs and recordings of a small harbour: boats, buoys, cranes, gulls and fog signals, for people who learn to tell them apart by eye and ear.";
    private const string Said = "licence=CC-BY-4.0&source=own+photograph&intended_use=learning+boats+and+buoys&note=A+buoy+beside+a+boat+in+the+harbour";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task Pictures_and_clips_are_shown_compared_and_played(ColorScheme scheme, int width)
    {
        using var client = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(site.Address) };
        var email = $"{Guid.NewGuid():N}@example.org";
        await PostAsync(client, "/api/v1/accounts", new { email, name = "Pia Pictures", password = Site.Password });
        await PostAsync(client, "/api/v1/session", new { email, password = Site.Password });
        var seed = width;
        var pictures = await OpenAsync(client, "image");
        var scene = Scene.Draw(seed, 480, 360);
        var first = await SendAsync(client, pictures, "buoy.png", scene.ToPng(), "accepted");
        var copy = await SendAsync(client, pictures, "copy.png", scene.Crop(6, 4, 6, 4).ToPng(), "rejected");
        var clips = await OpenAsync(client, "audio");
        var clip = await SendAsync(client, clips, "fog.wav", Clip.Compose(seed, seconds: 3).ToWav(), "accepted");

        await using var visitor = await site.VisitAsync(scheme, width);
        await visitor.SignInAsync(email);
        var page = visitor.Page;
        foreach (var (path, shown) in ((string, int)[])[($"/datanets/{pictures}", 1), ($"/contributions/{first}", 1), ($"/contributions/{copy}", 2), ($"/datanets/{clips}", 0), ($"/contributions/{clip}", 0), ("/datanets/new", 0), ($"/contribute?datanet={pictures}", 0)])
        {
            await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.NetworkIdle });
            await Assertions.Expect(page.Locator(".picture img")).ToHaveCountAsync(shown);
            foreach (var image in await page.Locator(".picture img").AllAsync())
            {
                await image.ScrollIntoViewIfNeededAsync();
                await Assertions.Expect(image).ToHaveJSPropertyAsync("complete", true);
                Assert.True(await image.EvaluateAsync<int>("image => image.naturalWidth") > 400, $"{path}: the preview did not load");
            }

            var overflow = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth");
            Assert.True(overflow <= 0, $"{path} is {overflow} pixels wider than {width}.");
            var problems = await Accessibility.FindProblemsAsync(page);
            Assert.True(problems.Count == 0, $"{path}: {string.Join('\n', problems)}");
            await visitor.PictureAsync($"media-{scheme}-{width}-{path.Split('?')[0].Split('/')[1]}-{shown}");
        }

        await page.GotoAsync($"/contributions/{clip}");
        var seconds = await page.Locator("audio").EvaluateAsync<double>("audio => new Promise((done, failed) => { audio.onloadedmetadata = () => done(audio.duration); audio.onerror = () => failed(audio.error.message); audio.load(); audio.preload = 'metadata'; audio.load(); })");
        Assert.Equal(3, seconds, 0.05);
        Assert.Empty(visitor.Complaints);
    }

    private static async Task<string> OpenAsync(HttpClient client, string kind) => (string)(await PostAsync(client, "/api/v1/datanets",
        new { name = $"Harbour {kind} {Guid.NewGuid():N}"[..32], kind, purpose = Purpose, licences = new[] { "CC-BY-4.0" } }))["id"]!;

    private static async Task<string> SendAsync(HttpClient client, string datanet, string name, byte[] content, string state)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/datanets/{datanet}/contributions?{Said}&file_name={name}") { Content = new ByteArrayContent(content) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        using var answer = await client.SendAsync(request, Cancel);
        var id = (string)(await ReadAsync(answer))["id"]!;
        for (var look = 0; look < 600; look++)
        {
            using var now = await client.GetAsync(new Uri($"/api/v1/contributions/{id}", UriKind.Relative), Cancel);
            var view = await ReadAsync(now);
            if ((string)view["state"]! is "accepted" or "rejected" or "review")
            {
                Assert.True((string)view["state"]! == state, view.ToJsonString());
                return id;
            }

            await Task.Delay(100, Cancel);
        }

        throw new InvalidOperationException($"{name} was not decided within a minute.");
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body, Cancel);
        return await ReadAsync(answer);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage?.RequestUri}: {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }
}
