using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Assay.Client.Contributions;

namespace Assay.Client;

/// <summary>Uploads in pieces (tus 1.0.0) that go on after a broken connection.</summary>
public sealed partial class AssayClient
{
    /// <summary>Length of one piece: what is sent again at most after a break.</summary>
    private const int PieceBytes = 1024 * 1024;

    /// <summary>Breaks in a row after which an upload is given up; pauses of 0.5, 1, 2, 4 … seconds lie between them.</summary>
    private const int MaxBreaks = 6;

    /// <summary>Sends a file in pieces. The same key finds an upload that was begun, or completed, before; a refusal is an answer, not an exception.</summary>
    /// <param name="datanet">Datanet id.</param>
    /// <param name="facts">What the contributor says of it.</param>
    /// <param name="content">The file; read from its start, must be seekable.</param>
    /// <param name="key">Idempotency key: new for each file, kept for retries.</param>
    /// <param name="progress">Learns the bytes that the server has; null: nobody does.</param>
    /// <param name="cancel">Ends the upload; what was sent stays for an hour.</param>
    /// <exception cref="HttpRequestException">The server could not be reached, several times in a row.</exception>
    public async Task<UploadOutcome> UploadAsync(string datanet, ContributionFacts facts, Stream content, string key, IProgress<long>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(content);
        var (breaks, ask, sent, offset) = (0, false, 0L, 0L);
        Uri? upload = null;
        while (true)
        {
            try
            {
                using var answer = upload is null ? await SendAsync(Creation(datanet, facts, content.Length, key), cancel)
                    : ask ? await SendAsync(new HttpRequestMessage(HttpMethod.Head, upload), cancel)
                    : await SendAsync(await PieceAsync(upload, content, offset, cancel), cancel);
                if (answer.Content.Headers.ContentLocation is { } done)
                {
                    progress?.Report(content.Length);
                    return new UploadOutcome(await GetAsync<ContributionView>(done.ToString(), cancel), null, upload is null ? 0 : sent + content.Length - offset);
                }

                if (answer.StatusCode is HttpStatusCode.Locked || IsOtherOffset(answer))
                {
                    (breaks, ask) = (await PauseAsync(breaks, null, cancel), true);
                    continue;
                }

                if (!answer.IsSuccessStatusCode)
                {
                    return new UploadOutcome(null, await RefusalAsync(answer, upload, cancel), sent);
                }

                upload ??= answer.Headers.Location ?? throw new HttpRequestException("The server opened an upload and did not say where.");
                var now = Offset(answer) ?? 0;
                if (answer.RequestMessage!.Method == HttpMethod.Patch)
                {
                    (sent, breaks) = (sent + now - offset, 0); // only a piece that arrived forgives what broke before
                }

                (offset, ask) = (now, false);
                progress?.Report(offset);
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException && !cancel.IsCancellationRequested)
            {
                (breaks, ask) = (await PauseAsync(breaks, broken, cancel), true);
            }
        }
    }

    private static HttpRequestMessage Creation(string datanet, ContributionFacts facts, long length, string key)
    {
        var metadata = string.Join(',', new (string Name, string? Value)[]
        {
            ("datanet", datanet), ("file_name", facts.FileName), ("licence", facts.Licence), ("source", facts.Source), ("intended_use", facts.IntendedUse),
            ("note", facts.Note), ("language", facts.Language), ("from_answer", facts.FromAnswer), ("columns", facts.Columns), ("import", facts.Import),
        }.Where(pair => !string.IsNullOrEmpty(pair.Value)).Select(pair => $"{pair.Name} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value!))}"));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/uploads", UriKind.Relative));
        request.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Metadata", metadata);
        request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    private static async Task<HttpRequestMessage> PieceAsync(Uri upload, Stream content, long offset, CancellationToken cancel)
    {
        var piece = new byte[Math.Min(PieceBytes, content.Length - offset)];
        content.Position = offset;
        await content.ReadExactlyAsync(piece, cancel);
        var request = new HttpRequestMessage(HttpMethod.Patch, upload)
        {
            Content = new ByteArrayContent(piece) { Headers = { ContentType = new MediaTypeHeaderValue("application/offset+octet-stream") } },
        };
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
            var answer = await _http.SendAsync(request, cancel);
            if ((int)answer.StatusCode < 500)
            {
                return answer;
            }

            using (answer)
            {
                throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"The server answered {(int)answer.StatusCode} {answer.ReasonPhrase}."));
            }
        }
    }

    /// <summary>What HEAD cannot say, since its answer has no body, GET tells.</summary>
    private async Task<AssayProblem> RefusalAsync(HttpResponseMessage answer, Uri? upload, CancellationToken cancel)
    {
        if (upload is null || answer.RequestMessage?.Method != HttpMethod.Head)
        {
            return await ProblemOf(answer, cancel);
        }

        using var told = await _http.GetAsync(upload, cancel);
        return await ProblemOf(told, cancel);
    }

    private static async Task<int> PauseAsync(int breaks, Exception? broken, CancellationToken cancel)
    {
        if (breaks == MaxBreaks)
        {
            throw new HttpRequestException($"The upload was tried {MaxBreaks + 1} times in a row. {broken?.Message ?? "Another upload of the same file is under way."}", broken);
        }

        await Task.Delay(TimeSpan.FromSeconds(0.5 * (1 << breaks)), cancel);
        return breaks + 1;
    }

    /// <summary>A refusal at the wrong offset; other conflicts, such as a duplicate, name no offset that differs from what was sent.</summary>
    private static bool IsOtherOffset(HttpResponseMessage answer) => answer.StatusCode == HttpStatusCode.Conflict
        && answer.RequestMessage!.Headers.TryGetValues("Upload-Offset", out var asked) && Offset(answer) is { } now
        && asked.Single() != now.ToString(CultureInfo.InvariantCulture);

    private static long? Offset(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Upload-Offset", out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : null;
}
