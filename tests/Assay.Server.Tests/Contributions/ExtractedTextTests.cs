using System.Net;
using System.Net.Http.Json;
using Assay.Client;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Assay.Server.Tests.Contributions;

/// <summary>PDFs with pictures: rejected with the page named, their text on request a new file, or read without the pictures where the owner says so.</summary>
public sealed class ExtractedTextTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_text_of_a_PDF_with_pictures_becomes_a_new_file_under_the_normal_rules()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenSamplesAsync()).Id;
        using var sent = await person.SendAsync(datanet, "buoy.pdf", Pdf("buoy"), query: $"&licence={Person.Licence}&source=own&intended_use=answers&note=exact&language=en");
        var original = await Person.ReadAsync<ContributionView>(sent);
        await server.ValidateAsync();
        original = await person.ContributionAsync(original.Id);
        Assert.Equal("rejected", original.State);
        Assert.Contains("Page 2 of the PDF holds a picture", original.Findings.Single(finding => finding.Rule == "format").Evidence, StringComparison.Ordinal);

        var text = await ExtractAsync(person, original.Id);

        Assert.Equal(("buoy.txt", "txt", original.Id), (text.FileName, text.Type, text.ExtractedFrom));
        var quota = await person.QuotaAsync();
        Assert.Equal((2, original.Bytes + text.Bytes), (quota.ContributorFiles.Used, quota.ContributorBytes.Used));
        var content = await File.ReadAllTextAsync(Path.Combine(server.Paths.Blobs, text.Sha256[..2], text.Sha256[2..]), Cancel);
        Assert.Contains("The buoy reports the wave height in metres", content, StringComparison.Ordinal);
        await server.ValidateAsync();
        Assert.NotNull((await person.ContributionAsync(text.Id)).Score);
        Assert.Equal(text.Id, (await ExtractAsync(person, original.Id)).Id); // repeated, it is the same file
        Assert.Equal(2, (await person.QuotaAsync()).ContributorFiles.Used);
        var page = await person.Http.GetStringAsync(new Uri($"/contributions/{text.Id}", UriKind.Relative), Cancel);
        Assert.Contains($"/contributions/{original.Id}", page, StringComparison.Ordinal);
        await server.AssertCountersAsync();
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task Only_ones_own_rejected_PDFs_have_a_text_to_send()
    {
        var person = await server.JoinAsync();
        var other = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var note = await person.ContributeAsync(datanet, "note.md", Texts.Note("bollard"));
        var scan = await person.ContributeAsync(datanet, "scan.pdf", Pdf("quay", words: 3));
        await PostAsync(person, scan.Id).RefusedAsync(HttpStatusCode.Conflict, "not_rejected_pdf"); // not decided yet
        await server.ValidateAsync();

        await PostAsync(person, note.Id).RefusedAsync(HttpStatusCode.Conflict, "not_rejected_pdf");
        await PostAsync(other, scan.Id).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        var asked = PostAsync(person, scan.Id);
        await Eventually.TrueAsync(async () =>
        {
            await server.ValidateAsync();
            return asked.IsCompleted;
        });
        var problem = await asked.RefusedAsync(HttpStatusCode.UnprocessableEntity, "no_text");
        Assert.Contains("looks scanned", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, (await person.QuotaAsync()).ContributorFiles.Used);
    }

    [Fact]
    public async Task An_owner_may_have_pictures_in_PDFs_left_out()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenSamplesAsync()).Id;
        using var changed = await person.Http.PatchAsJsonAsync($"/api/v1/datanets/{datanet}", new ChangeSettingsRequest(PdfImages: "ignore"), AssayJson.Options, Cancel);
        Assert.Equal("ignore", (await Person.ReadAsync<DatanetView>(changed)).PdfImages);
        await person.Http.PatchAsJsonAsync($"/api/v1/datanets/{datanet}", new ChangeSettingsRequest(PdfImages: "keep"), AssayJson.Options, Cancel).RefusedAsync(HttpStatusCode.BadRequest, "invalid");

        var sent = await person.ContributeAsync(datanet, "gauge.pdf", Pdf("gauge"));
        await server.ValidateAsync();

        var format = (await person.ContributionAsync(sent.Id)).Findings.Single(finding => finding.Rule == "format");
        Assert.Equal(1000, format.Score);
        Assert.Contains("pictures left out: 1", format.Evidence, StringComparison.Ordinal);
    }

    private async Task<ContributionView> ExtractAsync(Person person, string id)
    {
        var asked = PostAsync(person, id);
        await Eventually.TrueAsync(async () =>
        {
            await server.ValidateAsync();
            return asked.IsCompleted;
        });
        using var answer = await asked;
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancel));
        return await Person.ReadAsync<ContributionView>(answer);
    }

    private static Task<HttpResponseMessage> PostAsync(Person person, string id) => person.PostAsync($"/api/v1/contributions/{id}/extracted-text", new { });

    private static byte[] Pdf(string subject, int words = 400)
    {
        var text = string.Join(' ', Enumerable.Range(1, 12).Select(number =>
            $"The {subject} reports the wave height in metres above chart datum, and member {number} throws when the port has been silent for {number + 2} minutes."));
        using var builder = new PdfDocumentBuilder();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        var first = builder.AddPage(PageSize.A4);
        foreach (var (number, line) in text.Split(' ').Take(words).Chunk(12).Index())
        {
            first.AddText(string.Join(' ', line) + " ", 11, new PdfPoint(50, 780 - (16 * number)), font);
        }

        var second = builder.AddPage(PageSize.A4);
        second.AddPng(Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="), new PdfRectangle(50, 100, 150, 200));
        return builder.Build();
    }
}
