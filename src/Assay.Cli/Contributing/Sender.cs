using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Client;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Data.FileTypes;
using Assay.Data.Validation;

namespace Assay.Cli.Contributing;

/// <summary>Sends files one after the other, and asks the gate's questions here first: a file that cannot be taken is not sent.</summary>
internal sealed class Sender(AssayClient client, DatanetView datanet, QuotaView quota, ContributionFacts facts, TextWriter progress)
{
    /// <summary>How often a decision is asked for.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>What is left in a dry run, in which the files before count as sent.</summary>
    private QuotaView _quota = quota;

    /// <summary>Why no further file is offered today; null while files are.</summary>
    private string? _closed;

    /// <summary>Checks one file and, unless <paramref name="dryRun"/>, sends it.</summary>
    public async Task<FileOutcome> SendAsync(LocalFile file, string place, bool dryRun, CancellationToken cancel)
    {
        FileStream content;
        try
        {
            content = File.OpenRead(file.Path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return new FileOutcome(file.Name, 0, "unreadable", problem.Message);
        }

        await using (content)
        {
            if (await AtTheGateAsync(file, content, cancel) is { } refused)
            {
                return new FileOutcome(file.Name, content.Length, "refused", refused);
            }

            if (_closed is not null)
            {
                return new FileOutcome(file.Name, content.Length, "refused", _closed);
            }

            if (dryRun)
            {
                if (Fits(content.Length) is { } over)
                {
                    return new FileOutcome(file.Name, content.Length, "refused", over);
                }

                Take(content.Length);
                return new FileOutcome(file.Name, content.Length, "ready");
            }

            var stated = (file.Facts ?? facts) with { FileName = Path.GetFileName(file.Name) };
            var key = await KeyAsync(file, stated, content, cancel);
            var outcome = await client.UploadAsync(datanet.Id, stated, content, key, Show(place, file, content.Length), cancel);
            if (outcome.Refused is { } refusal && IsForEveryFile(refusal))
            {
                _closed = $"{refusal.Detail} Not offered to the server.";
            }

            return outcome.View is { } view
                ? FileOutcome.Of(file.Name, content.Length, outcome.BytesSent, view)
                : FileOutcome.Refused(file.Name, content.Length, outcome.Refused!);
        }
    }

    /// <summary>Waits for the decision on a file.</summary>
    public async Task<FileOutcome> DecidedAsync(FileOutcome outcome, CancellationToken cancel)
    {
        while (outcome.State is "received" or "validating")
        {
            await Task.Delay(Look, cancel);
            var view = await client.GetAsync<ContributionView>($"/api/v1/contributions/{outcome.View!.Id}", cancel);
            outcome = FileOutcome.Of(outcome.File, outcome.Bytes, outcome.Sent, view);
        }

        return outcome;
    }

    /// <summary>A used-up count of files, or too many refusals, stand in the way of any other file, too.</summary>
    private static bool IsForEveryFile(AssayProblem refused) =>
        refused.Reason == "too_many_refusals" || (refused.More.TryGetValue("limit", out var limit) && limit.GetString() == "contributor_files");

    private async Task<string?> AtTheGateAsync(LocalFile file, FileStream content, CancellationToken cancel)
    {
        var head = new byte[FileTypes.HeadLength];
        head = head[..await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel)];
        var gate = FileGate.Check(new GateQuestion(file.Name, content.Length, head, Enum.Parse<DatanetKind>(datanet.Kind, ignoreCase: true))
        {
            Licence = (file.Facts ?? facts).Licence,
            Licences = datanet.Licences,
        });
        return gate is null ? null : $"{gate.Message} {gate.Fix}";
    }

    /// <summary>The same file of the same place, sent to the same datanet with the same words, is the same request, however often the command is repeated.</summary>
    private async Task<string> KeyAsync(LocalFile file, ContributionFacts stated, FileStream content, CancellationToken cancel)
    {
        content.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel));
        var all = string.Join('\n', datanet.Id, file.Name, hash, stated.Licence, stated.Source, stated.IntendedUse, stated.Note, stated.Language, stated.Columns, stated.Import);
        return "cli-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..40];
    }

    private string? Fits(long bytes) => _quota.ContributorFiles.Left < 1
        ? Over("your day has no file left")
        : ((MeterView?[])[_quota.ContributorBytes, _quota.FairShareBytes, _quota.DatanetBytes]).FirstOrDefault(meter => meter is not null && meter.Left < bytes) is { } full
            ? Over(string.Create(CultureInfo.InvariantCulture, $"{full.Limit} has {full.Left} of {full.Cap} left"))
            : null;

    private string Over(string what) => string.Create(CultureInfo.InvariantCulture, $"Over the day's limit: {what}; free again at {_quota.ResetsAt:yyyy-MM-dd HH:mm} UTC.");

    private void Take(long bytes)
    {
        _quota = _quota with
        {
            ContributorBytes = Less(_quota.ContributorBytes, bytes),
            ContributorFiles = Less(_quota.ContributorFiles, 1),
            DatanetBytes = Less(_quota.DatanetBytes, bytes),
            FairShareBytes = _quota.FairShareBytes is { } share ? Less(share, bytes) : null,
        };

        static MeterView Less(MeterView meter, long amount) => meter with { Left = meter.Left - amount, Used = meter.Used + amount };
    }

    private Progress? Show(string place, LocalFile file, long length) => Console.IsErrorRedirected ? null : new Progress(progress, $"{place} {DisplayName.Line(file.Name)}", length);

    private sealed class Progress(TextWriter output, string title, long length) : IProgress<long>
    {
        public void Report(long value) => output.Write(string.Create(CultureInfo.InvariantCulture, $"\r{title} {100 * value / Math.Max(1, length)} %{(value == length ? "\n" : "")}"));
    }
}
