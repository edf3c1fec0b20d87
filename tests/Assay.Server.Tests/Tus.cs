using System.Globalization;
using System.Net;
using System.Text;
using Assay.Client.Contributions;

namespace Assay.Server.Tests;

/// <summary>A tus client of few lines, so that a test decides over every header.</summary>
internal static class Tus
{
    private const string Version = "1.0.0";

    /// <summary>Opens an upload; the answer, whatever it is.</summary>
    public static Task<HttpResponseMessage> CreateAsync(this Person person, string datanet, string fileName, long length, string? op = null, string? metadata = null, string? version = Version)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/uploads");
        Add(request, "Tus-Resumable", version);
        Add(request, "Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        Add(request, "Upload-Metadata", metadata ?? Metadata(("datanet", datanet), ("filename", fileName), ("licence", Person.Licence)));
        Add(request, "Idempotency-Key", op);
        return person.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Opens an upload and returns its address.</summary>
    public static async Task<Uri> OpenUploadAsync(this Person person, string datanet, string fileName, long length, string? op = null)
    {
        using var answer = await person.CreateAsync(datanet, fileName, length, op);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Version, answer.Headers.GetValues("Tus-Resumable").Single());
        return answer.Headers.Location!;
    }

    /// <summary>Sends a piece.</summary>
    public static Task<HttpResponseMessage> PieceAsync(this Person person, Uri upload, long offset, HttpContent content, string? version = Version, string type = "application/offset+octet-stream")
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, upload) { Content = content };
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        Add(request, "Tus-Resumable", version);
        Add(request, "Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        return person.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a piece of known length.</summary>
    public static Task<HttpResponseMessage> PieceAsync(this Person person, Uri upload, long offset, byte[] bytes) => person.PieceAsync(upload, offset, new ByteArrayContent(bytes));

    /// <summary>HEAD: the offset, or the status when there is none.</summary>
    public static async Task<(HttpStatusCode Status, long? Offset)> OffsetAsync(this Person person, Uri upload)
    {
        using var answer = await person.HeadOrDeleteAsync(HttpMethod.Head, upload);
        return (answer.StatusCode, answer.Headers.TryGetValues("Upload-Offset", out var values) ? long.Parse(values.Single(), CultureInfo.InvariantCulture) : null);
    }

    public static Task<HttpResponseMessage> HeadOrDeleteAsync(this Person person, HttpMethod method, Uri upload)
    {
        var request = new HttpRequestMessage(method, upload);
        Add(request, "Tus-Resumable", Version);
        return person.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a whole file in pieces of a length and returns the contribution.</summary>
    public static async Task<ContributionView> SendInPiecesAsync(this Person person, string datanet, string fileName, byte[] content, int piece, string? op = null)
    {
        var upload = await person.OpenUploadAsync(datanet, fileName, content.Length, op);
        for (var offset = 0; ; offset += piece)
        {
            using var answer = await person.PieceAsync(upload, offset, content[offset..Math.Min(content.Length, offset + piece)]);
            Assert.True(answer.StatusCode == HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            if (answer.Content.Headers.ContentLocation is { } location)
            {
                return await person.GetAsync<ContributionView>(location.ToString());
            }
        }
    }

    public static string Metadata(params (string Key, string Value)[] pairs) =>
        string.Join(',', pairs.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}"));

    private static void Add(HttpRequestMessage request, string header, string? value)
    {
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }
    }
}
