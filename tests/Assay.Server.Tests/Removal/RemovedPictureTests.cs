using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Server.Tests.Review;
using Assay.Testing.Media;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Removal;

public sealed class RemovedPictureTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_picture_is_shown_to_the_reviewer_who_holds_it_and_after_removal_to_nobody()
    {
        await using var server = await Reviewed.StartAsync("Review:AuditShare=1", "Review:AuditShareUnproven=1");
        var (person, reviewer, other) = (await server.JoinAsync(), await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"));
        var datanet = await person.PostAsync<DatanetView>("/api/v1/datanets",
            new { name = "Pictures of buoys", kind = "image", purpose = Person.Purpose, licences = new[] { Person.Licence } });
        using var sent = await person.SendAsync(datanet.Id, "buoy.png", Scene.Draw(777).ToPng(), query: $"&licence={Person.Licence}&note=A%20buoy%20and%20a%20ship%20in%20the%20harbour%20beside%20the%20tide%20gauge"
            + "&source=Own%20photograph&intended_use=Recognising%20buoys%20and%20ships%20in%20a%20port");
        var id = (await Person.ReadAsync<ContributionView>(sent)).Id;
        await server.ValidateAsync();
        Assert.Equal("accepted", (await person.ContributionAsync(id)).State);

        var item = (await reviewer.NextAsync())!;
        Assert.True(item is { Kind: "image", HasMedia: true });
        var media = new Uri($"/api/v1/review/assignments/{item.AssignmentId}/media", UriKind.Relative);
        using (var shown = await reviewer.Http.GetAsync(media, Cancel))
        {
            Assert.Equal((HttpStatusCode.OK, "image/webp"), (shown.StatusCode, shown.Content.Headers.ContentType?.MediaType));
        }

        await other.Http.GetAsync(media, Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await person.PostAsync<ContributionView>($"/api/v1/contributions/{id}/removal", new RemovalRequest("withdraw"));

        await reviewer.Http.GetAsync(media, Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await person.Http.GetAsync(new Uri($"/api/v1/contributions/{id}/content", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.Gone, "erased");
        Assert.Empty(Directory.EnumerateFiles(server.Paths.Blobs, "*", SearchOption.AllDirectories));
        await using var db = server.Read();
        Assert.False(await db.PictureHashes.AnyAsync(Cancel));
    }
}
