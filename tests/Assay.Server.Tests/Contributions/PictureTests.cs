using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Testing.Media;

namespace Assay.Server.Tests.Contributions;

/// <summary>A picture from its bytes to the page: gate, worker, novelty, preview, version.</summary>
public sealed class PictureTests(AssayServer server) : IClassFixture<AssayServer>
{
    private const string Said = "&licence=CC-BY-4.0&note=A%20buoy%20and%20a%20ship%20in%20the%20harbour%20beside%20the%20tide%20gauge&source=Own%20photograph&intended_use=Recognising%20buoys%20and%20ships%20in%20a%20port";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_picture_is_judged_shown_and_frozen_into_a_version()
    {
        var person = await server.JoinAsync();
        var datanet = await OpenAsync(person);
        var bytes = Scene.Draw(101).ToPng();
        var sent = await SendAsync(person, datanet.Id, "buoy.png", bytes);

        Assert.Equal(HttpStatusCode.NotFound, (await person.Http.GetAsync($"/api/v1/contributions/{sent}/preview", Cancel)).StatusCode);
        await server.ValidateAsync();

        var view = await person.ContributionAsync(sent);
        Assert.Equal("accepted", view.State);
        Assert.Equal(("image", true, 1), (view.Kind, view.HasPreview, view.Records));
        Assert.Equal(100, view.Findings.Sum(finding => finding.Weight));
        Assert.All(view.Findings.Where(finding => finding.Weight > 0), finding => Assert.NotNull(finding.Score));

        using var preview = await server.Anonymous.GetAsync($"/api/v1/contributions/{sent}/preview", Cancel);
        Assert.Equal("image/webp", preview.Content.Headers.ContentType?.MediaType);
        Assert.Contains("sandbox", Assert.Single(preview.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        using var content = await server.Anonymous.GetAsync($"/api/v1/contributions/{sent}/content", Cancel);
        Assert.Equal(bytes, await content.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal("attachment", content.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("nosniff", Assert.Single(content.Headers.GetValues("X-Content-Type-Options")));
        var page = await server.Anonymous.GetStringAsync($"/contributions/{sent}", Cancel);
        Assert.Contains($"/api/v1/contributions/{sent}/preview", page, StringComparison.Ordinal);
        Assert.Contains($"/api/v1/contributions/{sent}/preview", await server.Anonymous.GetStringAsync($"/datanets/{datanet.Id}", Cancel), StringComparison.Ordinal);

        var snapshot = await person.PostAsync<SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { });
        Assert.Equal((1, 1), (snapshot.Contributions, snapshot.Records));
    }

    [Fact]
    public async Task A_run_on_pictures_is_refused()
    {
        await using var own = await AssayServer.StartAsync(null, TinyBase.Setting);
        TinyBase.Write(own);
        var person = await own.JoinAsync();
        var datanet = await OpenAsync(person);
        await SendAsync(person, datanet.Id, "buoy.png", Scene.Draw(106).ToPng());
        await own.ValidateAsync();
        var snapshot = await person.PostAsync<SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { });

        using var run = await person.PostAsync("/api/v1/runs", new { name = "no", @base = TinyBase.Name, snapshots = new[] { snapshot.Id } });

        Assert.Equal(HttpStatusCode.Conflict, run.StatusCode);
        Assert.Contains("trained on text only", await run.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_is_rejected_beside_the_picture_it_copies()
    {
        var person = await server.JoinAsync();
        var copier = await server.JoinAsync();
        var datanet = await OpenAsync(person);
        var scene = Scene.Draw(102);
        var first = await SendAsync(person, datanet.Id, "first.png", scene.ToPng());
        await server.ValidateAsync();
        var copy = await SendAsync(copier, datanet.Id, "mine.png", scene.Crop(4, 3, 4, 3).Grey().ToPng());
        var other = await SendAsync(copier, datanet.Id, "other.png", Scene.Draw(103).ToPng());
        await server.ValidateAsync();

        var view = await copier.ContributionAsync(copy);
        Assert.Equal("rejected", view.State);
        var novelty = Assert.Single(view.Findings, finding => finding.Rule == "novelty");
        Assert.Equal((0, first), (novelty.Score, novelty.RelatedContribution));
        Assert.Contains("'first.png'", novelty.Evidence, StringComparison.Ordinal);
        Assert.Equal("accepted", (await copier.ContributionAsync(other)).State);
        var page = await copier.Http.GetStringAsync($"/contributions/{copy}", Cancel);
        Assert.Contains("Nearest earlier contribution", page, StringComparison.Ordinal);
        using var hidden = await server.Anonymous.GetAsync($"/api/v1/contributions/{copy}/preview", Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, hidden.StatusCode);
    }

    [Fact]
    public async Task A_copy_stands_beside_its_picture_with_the_distance_until_that_is_taken_back()
    {
        var person = await server.JoinAsync();
        var copier = await server.JoinAsync();
        var datanet = await OpenAsync(person);
        var scene = Scene.Draw(108);
        var first = await SendAsync(person, datanet.Id, "first.png", scene.ToPng());
        await server.ValidateAsync();
        var copy = await SendAsync(copier, datanet.Id, "mine.png", scene.Crop(4, 3, 4, 3).Grey().ToPng());
        await server.ValidateAsync();

        var beside = Assert.Single((await copier.GetAsync<Page<ComparisonView>>($"/api/v1/contributions/{copy}/comparisons?rule=novelty")).Items);
        Assert.Equal(("first.png", first, null, null), (beside.OtherName, beside.OtherContribution, beside.Own, beside.Withheld));
        Assert.InRange(beside.DifferentBits!.Value, 0, 10);
        var page = await copier.Http.GetStringAsync($"/contributions/{copy}/comparison/novelty", Cancel);
        Assert.Contains($"src=\"/api/v1/contributions/{first}/preview\"", page, StringComparison.Ordinal);
        Assert.Contains($"src=\"/api/v1/contributions/{copy}/preview\"", page, StringComparison.Ordinal);
        Assert.Contains($"{beside.DifferentBits} of 64 bits", page, StringComparison.Ordinal);

        await person.PostAsync<ContributionView>($"/api/v1/contributions/{first}/removal", new RemovalRequest("withdraw"));

        var gone = Assert.Single((await copier.GetAsync<Page<ComparisonView>>($"/api/v1/contributions/{copy}/comparisons?rule=novelty")).Items);
        Assert.Equal("removed", gone.Withheld);
        Assert.DoesNotContain($"{first}/preview", await copier.Http.GetStringAsync($"/contributions/{copy}/comparison/novelty", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_pixels_in_another_file_are_no_news_anywhere()
    {
        var person = await server.JoinAsync();
        var scene = Scene.Draw(104);
        await SendAsync(person, (await OpenAsync(person)).Id, "first.png", scene.ToPng());
        await server.ValidateAsync();
        var again = await SendAsync(person, (await OpenAsync(person)).Id, "again.png", scene.ToPng(("tEXt", "Comment\0again"u8.ToArray())));
        await server.ValidateAsync();

        var novelty = Assert.Single((await person.ContributionAsync(again)).Findings, finding => finding.Rule == "novelty");
        Assert.Equal(0, novelty.Score);
        Assert.Contains("Every pixel equals that of 'first.png'", novelty.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_datanet_takes_files_of_its_own_kind_only()
    {
        var person = await server.JoinAsync();
        var pictures = await OpenAsync(person);
        var texts = await person.OpenAsync();

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await person.SendAsync(pictures.Id, "note.md", Texts.Note("buoy"))).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await person.SendAsync(texts.Id, "buoy.png", Scene.Draw(105).ToPng())).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await person.SendAsync(pictures.Id, "renamed.png", Texts.Note("buoy"))).StatusCode);
    }

    private static Task<DatanetView> OpenAsync(Person person) => person.PostAsync<DatanetView>("/api/v1/datanets",
        new { name = $"Pictures {Guid.NewGuid():n}", kind = "image", purpose = Person.Purpose, licences = new[] { Person.Licence } });

    private static async Task<string> SendAsync(Person person, string datanet, string name, byte[] content)
    {
        using var answer = await person.SendAsync(datanet, name, content, query: Said);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancel));
        return (await Person.ReadAsync<Assay.Client.Contributions.ContributionView>(answer)).Id;
    }
}
