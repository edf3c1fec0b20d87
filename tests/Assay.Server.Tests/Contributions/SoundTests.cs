using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Testing.Media;

namespace Assay.Server.Tests.Contributions;

/// <summary>A clip from its bytes to the page: worker, novelty by fingerprint, playing it, version.</summary>
public sealed class SoundTests(AssayServer server) : IClassFixture<AssayServer>
{
    private const string Said = "&licence=CC-BY-4.0&note=The%20fog%20signal%20of%20a%20buoy%20and%20a%20ship%20in%20the%20harbour&source=Own%20recording&intended_use=Recognising%20ships%20and%20buoys%20in%20a%20port";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clip_is_judged_played_and_frozen_into_a_version()
    {
        var person = await server.JoinAsync();
        var datanet = await OpenAsync(person);
        var bytes = Clip.Compose(201).ToWav();
        var sent = await SendAsync(person, datanet.Id, "fog.wav", bytes);
        await server.ValidateAsync();

        var view = await person.ContributionAsync(sent);
        Assert.Equal("accepted", view.State);
        Assert.Equal(("audio", 1), (view.Kind, view.Records));
        Assert.Equal(100, view.Findings.Sum(finding => finding.Weight));
        Assert.All(view.Findings.Where(finding => finding.Weight > 0), finding => Assert.NotNull(finding.Score));
        Assert.Contains($"<audio controls preload=\"none\" src=\"/api/v1/contributions/{sent}/content\"", await server.Anonymous.GetStringAsync($"/contributions/{sent}", Cancel), StringComparison.Ordinal);
        using var part = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/contributions/{sent}/content");
        part.Headers.Range = new(100, 199);
        using var answer = await server.Anonymous.SendAsync(part, Cancel);
        Assert.Equal((HttpStatusCode.PartialContent, "audio/wav"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(bytes[100..200], await answer.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(1, (await person.PostAsync<SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { })).Records);
    }

    [Fact]
    public async Task A_shifted_softer_noisy_copy_in_another_format_is_rejected_and_names_the_clip()
    {
        var person = await server.JoinAsync();
        var datanet = await OpenAsync(person);
        var clip = Clip.Compose(202, seconds: 12);
        var first = await SendAsync(person, datanet.Id, "first.wav", clip.ToWav());
        await server.ValidateAsync();
        var copy = await SendAsync(person, datanet.Id, "mine.flac", FlacWriter.Encode(clip.Shift(1).Gain(-6).Noise(-25, 3).Resample(22_050)));
        var other = await SendAsync(person, datanet.Id, "other.wav", Clip.Compose(203, seconds: 12).ToWav());
        await server.ValidateAsync();

        var view = await person.ContributionAsync(copy);
        var novelty = Assert.Single(view.Findings, finding => finding.Rule == "novelty");
        Assert.Equal(("rejected", 0, first), (view.State, novelty.Score, novelty.RelatedContribution));
        Assert.Contains("'first.wav'", novelty.Evidence, StringComparison.Ordinal);
        var kept = await person.ContributionAsync(other);
        Assert.Equal(1000, Assert.Single(kept.Findings, finding => finding.Rule == "novelty").Score);
        Assert.Equal("accepted", kept.State);
    }

    [Fact]
    public async Task A_copy_stands_beside_its_clip_with_where_both_begin()
    {
        var person = await server.JoinAsync();
        var datanet = await OpenAsync(person);
        var clip = Clip.Compose(208, seconds: 12);
        var first = await SendAsync(person, datanet.Id, "first.wav", clip.ToWav());
        await server.ValidateAsync();
        var copy = await SendAsync(person, datanet.Id, "mine.flac", FlacWriter.Encode(clip.Shift(1).Gain(-6)));
        await server.ValidateAsync();

        var beside = Assert.Single((await person.GetAsync<Page<ComparisonView>>($"/api/v1/contributions/{copy}/comparisons?rule=novelty")).Items);

        Assert.Equal(("first.wav", first, null, null), (beside.OtherName, beside.OtherContribution, beside.Own, beside.Withheld));
        Assert.InRange(beside.Sound!.Permille, 500, 1000);
        Assert.Equal(1, Math.Abs(beside.Sound.OtherAt - beside.Sound.At), 0.3);
        var page = await person.Http.GetStringAsync($"/contributions/{copy}/comparison/novelty", Cancel);
        Assert.Contains($"src=\"/api/v1/contributions/{first}/content#t=", page, StringComparison.Ordinal);
        Assert.Contains($"{beside.Sound.Permille / 10} % of the clip", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_samples_in_another_format_are_no_news_anywhere()
    {
        var person = await server.JoinAsync();
        var clip = Clip.Compose(204);
        await SendAsync(person, (await OpenAsync(person)).Id, "first.wav", clip.ToWav());
        await server.ValidateAsync();
        var again = await SendAsync(person, (await OpenAsync(person)).Id, "again.flac", FlacWriter.Encode(clip));
        await server.ValidateAsync();

        var novelty = Assert.Single((await person.ContributionAsync(again)).Findings, finding => finding.Rule == "novelty");
        Assert.Equal(0, novelty.Score);
        Assert.Contains("'first.wav'", novelty.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_mp3_is_judged_by_its_frames_and_the_rest_is_said_to_be_missing()
    {
        var person = await server.JoinAsync();
        var datanet = await OpenAsync(person);
        var frames = Mp3Writer.Frames(200, seed: 9);
        var first = await SendAsync(person, datanet.Id, "first.mp3", frames);
        await server.ValidateAsync();
        var again = await SendAsync(person, datanet.Id, "again.mp3", [.. Mp3Writer.Id3("Fog signal"), .. frames]);
        await server.ValidateAsync();

        var view = await person.ContributionAsync(first);
        Assert.Equal("accepted", view.State);
        Assert.Equal(["content", "novelty"], view.Findings.Where(finding => finding.Score is null).Select(finding => finding.Rule));
        Assert.Equal(0, Assert.Single((await person.ContributionAsync(again)).Findings, finding => finding.Rule == "novelty").Score);
    }

    private static Task<DatanetView> OpenAsync(Person person) => person.PostAsync<DatanetView>("/api/v1/datanets",
        new { name = $"Clips {Guid.NewGuid():n}", kind = "audio", purpose = Person.Purpose, licences = new[] { Person.Licence } });

    private static async Task<string> SendAsync(Person person, string datanet, string name, byte[] content)
    {
        using var answer = await person.SendAsync(datanet, name, content, query: Said);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancel));
        return (await Person.ReadAsync<ContributionView>(answer)).Id;
    }
}
