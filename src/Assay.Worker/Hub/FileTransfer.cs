using System.Net;

namespace Assay.Worker.Hub;

/// <summary>Fetches one file: continues where an attempt ended, asks again when the connection is lost, and accepts only the listed content.</summary>
internal sealed class FileTransfer(HubConnection hub, HubOptions options, Action<PullProgress> report)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>Fetches a file.</summary>
    /// <param name="file">What the hub lists.</param>
    /// <param name="sources">Addresses of the content, best first; the next is tried when one fails for good.</param>
    /// <param name="partial">Path of the content: unfinished when the transfer fails, whole, checked and durable when it succeeds.</param>
    /// <returns>SHA-256 in lower-case hex.</returns>
    /// <exception cref="HubException">No source gave the content.</exception>
    public async Task<string> FetchAsync(HubFile file, IReadOnlyList<Uri> sources, string partial, CancellationToken cancel)
    {
        using var content = new PartialFile(partial, file);
        for (int index = 0; ; index++)
        {
            try
            {
                return await FetchFromAsync(file, sources[index], content, cancel);
            }
            catch (HubException error) when (index + 1 < sources.Count && error.Failure is not HubFailure.DiskFull)
            {
                report(new PullProgress(file, content.Length, $"{error.Message} Trying {sources[index + 1].Host}."));
            }
        }
    }

    private async Task<string> FetchFromAsync(HubFile file, Uri source, PartialFile content, CancellationToken cancel)
    {
        bool continued = content.Length > 0;
        while (true)
        {
            await FillAsync(file, source, content, cancel);
            if (content.Seal() is { } hash)
            {
                return hash;
            }

            // Wrong bytes are never continued; those of an earlier run or another source get one fresh attempt.
            content.Restart();
            if (!continued)
            {
                throw new HubException(HubFailure.ChecksumDiffers,
                    $"'{file.Name}' from {source.Host} is not the content that the hub lists ({(file.Sha256 is { } sha256 ? $"SHA-256 {sha256}" : $"git blob {file.GitSha1}")}). Nothing was kept. Try again, or without a mirror.");
            }

            continued = false;
        }
    }

    private async Task FillAsync(HubFile file, Uri source, PartialFile content, CancellationToken cancel)
    {
        int fruitless = 0;
        while (!content.IsWhole)
        {
            long before = content.Length;
            try
            {
                await AppendAsync(file, source, content, cancel);
            }
            catch (HubException error) when (error.Transient)
            {
                fruitless = content.Length > before ? 1 : fruitless + 1;
                if (fruitless >= options.MostAttempts)
                {
                    throw new HubException(HubFailure.Unreachable, $"{error.Message} Gave up after {fruitless} attempts with {content.Length} of {file.Size} bytes of '{file.Name}'; the same command continues there.", error);
                }

                report(new PullProgress(file, content.Length, $"{error.Message} Trying again."));
                await Task.Delay(error.RetryAfter ?? Delay(fruitless), cancel);
            }
        }
    }

    private async Task AppendAsync(HubFile file, Uri source, PartialFile content, CancellationToken cancel)
    {
        using var answer = await hub.GetAsync(source, content.Length, cancel);
        if (answer.StatusCode is HttpStatusCode.PartialContent)
        {
            var range = answer.Content.Headers.ContentRange;
            if (range?.From != content.Length || (range.HasLength && range.Length != file.Size))
            {
                throw new HubException(HubFailure.BadAnswer, $"{HubConnection.Shown(source)} sends bytes from {range?.From} of {range?.Length}; asked for were those from {content.Length} of {file.Size}.");
            }
        }
        else if (content.Length > 0)
        {
            content.Restart(); // the host ignores ranges and sends everything
        }

        if (answer.Content.Headers.ContentLength is { } length && length != file.Size - content.Length)
        {
            throw new HubException(HubFailure.ChecksumDiffers, $"{HubConnection.Shown(source)} sends {length} bytes for '{file.Name}', but {file.Size - content.Length} are missing of the {file.Size} that the hub lists.");
        }

        await hub.CopyAsync(answer, source, chunk =>
        {
            content.Append(chunk);
            report(new PullProgress(file, content.Length, null));
        }, cancel);
        if (!content.IsWhole)
        {
            throw new HubException(HubFailure.Unreachable, $"{HubConnection.Shown(source)} ended after {content.Length} of {file.Size} bytes.") { Transient = true };
        }
    }

    private TimeSpan Delay(int fruitless)
    {
        var delay = options.RetryDelay * Math.Pow(2, fruitless - 1);
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
