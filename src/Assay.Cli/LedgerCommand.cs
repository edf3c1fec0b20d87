using System.CommandLine;
using Assay.Ledger;
using Assay.Ledger.Appending;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Entries;
using Assay.Ledger.Proofs;
using Assay.Ledger.Tree;

namespace Assay.Cli;

/// <summary><c>ledger verify</c>: checks a whole log, or one receipt offline, trusting nothing but the log's key.</summary>
internal static class LedgerCommand
{
    private const int MaxKeyFile = 1024;

    public static Command Create() => new("ledger", "Check the public ledger.") { CreateVerify() };

    private static Command CreateVerify()
    {
        var log = new Argument<string?>("log") { Description = "Folder of the log, or the data folder around it, or its http(s) address.", Arity = ArgumentArity.ZeroOrOne };
        var vkey = new Option<string?>("--vkey") { Description = "The log's key. Without it the file 'vkey' of the log is believed." };
        var receipt = new Option<FileInfo?>("--receipt") { Description = "Check this receipt (.tlog-proof) instead of the whole log." };
        var seen = new Option<FileInfo?>("--seen") { Description = "Checkpoint of the last good check: compared with, then replaced. Created when missing." };
        var verify = new Command("verify", "Check a log from its entries up to its signature, or one receipt. Exit code 0: good, 1: bad, 2: could not be read.") { log, vkey, receipt, seen };
        verify.Validators.Add(result =>
        {
            if (result.GetValue(log) is null && (result.GetValue(receipt) is null || result.GetValue(vkey) is null))
            {
                result.AddError("Give a folder or address of a log, or --receipt together with --vkey.");
            }

            if (result.GetValue(receipt) is not null && result.GetValue(seen) is not null)
            {
                result.AddError("--seen belongs to the check of a whole log, not to --receipt.");
            }
        });
        verify.SetAction((parsed, cancel) => RunAsync(
            new Request(parsed.GetValue(log), parsed.GetValue(vkey), parsed.GetValue(receipt), parsed.GetValue(seen)),
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancel));
        return verify;
    }

    private static async Task<int> RunAsync(Request request, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        try
        {
            using var log = request.Log is { } place ? OpenLog(place) : null;
            var verifier = NoteVerifier.Parse(request.Vkey ?? await ReadVkeyAsync(log!.Reader, cancel));
            await output.WriteLineAsync($"key         {verifier.Vkey}{(request.Vkey is null ? "  (from the log itself)" : "")}");
            return request.Receipt is { } receipt
                ? await VerifyReceiptAsync(receipt, verifier, log?.Reader, output, cancel)
                : await VerifyLogAsync(log!.Reader, verifier, request.Seen, output, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or LedgerFormatException or UriFormatException)
        {
            await error.WriteLineAsync($"Could not be checked: {e.Message}");
            return ExitCodes.CouldNotRun;
        }
    }

    private static OpenedLog OpenLog(string place)
    {
        if (Uri.TryCreate(place, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            var reader = new HttpLogReader(address);
            return new OpenedLog(reader, reader);
        }

        var inside = Path.Combine(place, "ledger");
        var folder = !File.Exists(Path.Combine(place, LogFiles.Checkpoint)) && Directory.Exists(inside) ? inside : place;
        return Directory.Exists(folder) ? new OpenedLog(new FileTileStore(folder), null) : throw new DirectoryNotFoundException($"There is no folder {place}.");
    }

    private static async Task<string> ReadVkeyAsync(ILogReader log, CancellationToken cancel) =>
        await log.ReadAsync(LogFiles.Vkey, MaxKeyFile, cancel) is { } bytes
            ? System.Text.Encoding.UTF8.GetString(bytes).TrimEnd('\n')
            : throw new FileNotFoundException("The log has no file 'vkey'. Give its key with --vkey.");

    private static async Task<int> VerifyLogAsync(ILogReader log, NoteVerifier verifier, FileInfo? seenFile, TextWriter output, CancellationToken cancel)
    {
        var seen = seenFile is { Exists: true } ? await ReadSeenAsync(seenFile, verifier, cancel) : null;
        var report = await LedgerFsck.CheckAsync(log, verifier, seen, cancel);
        await WriteCheckpointAsync(report.Checkpoint, output);
        if (report.Problem is { } problem)
        {
            await output.WriteLineAsync(problem.Index is { } index
                ? $"first bad   entry {index}, in {problem.File}\nreason      {problem.Reason}\nBAD: the first {index} entries are good"
                : $"bad file    {problem.File}\nreason      {problem.Reason}\nBAD: the fault lies in no single entry");
            return ExitCodes.Bad;
        }

        if (seenFile is not null)
        {
            await File.WriteAllBytesAsync(seenFile.FullName, report.Note!.ToBytes(), cancel);
            await output.WriteLineAsync(seen is null ? $"seen        nothing before; remembered in {seenFile}" : $"seen        the {seen.Size} entries seen before are unchanged");
        }

        await output.WriteLineAsync($"GOOD: {report.EntriesChecked} entries, their tiles, root and signature");
        return ExitCodes.Good;
    }

    private static async Task<Checkpoint> ReadSeenAsync(FileInfo file, NoteVerifier verifier, CancellationToken cancel)
    {
        var note = SignedNote.Parse(await File.ReadAllBytesAsync(file.FullName, cancel));
        return note.FindProblem(verifier) is { } problem
            ? throw new LedgerFormatException($"{file} is not a checkpoint of this log: {problem}")
            : Checkpoint.Parse(note.Text);
    }

    private static async Task<int> VerifyReceiptAsync(FileInfo file, NoteVerifier verifier, ILogReader? log, TextWriter output, CancellationToken cancel)
    {
        if (file.Length > Receipt.MaxLength)
        {
            throw new LedgerFormatException($"{file} has {file.Length} bytes; a receipt has at most {Receipt.MaxLength}.");
        }

        string? problem;
        Receipt? receipt = null;
        try
        {
            receipt = Receipt.Parse(await File.ReadAllBytesAsync(file.FullName, cancel));
            problem = receipt.FindProblem(verifier) ?? (log is null ? null : await FindDifferenceAsync(receipt.ReadCheckpoint(), log, verifier, cancel));
        }
        catch (LedgerFormatException e)
        {
            problem = e.Message;
        }

        if (problem is not null)
        {
            await output.WriteLineAsync($"reason      {problem}\nBAD: the receipt proves nothing");
            return ExitCodes.Bad;
        }

        await WriteCheckpointAsync(receipt!.ReadCheckpoint(), output);
        await output.WriteLineAsync($"entry       {receipt.Index}: {Describe(receipt.Entry.Span)}");
        await output.WriteLineAsync($"GOOD: the entry is in the log{(log is null ? "" : ", and the log still holds it")}");
        return ExitCodes.Good;
    }

    /// <summary>Whether the log still begins with the entries the receipt's checkpoint covers.</summary>
    private static async Task<string?> FindDifferenceAsync(Checkpoint receipt, ILogReader log, NoteVerifier verifier, CancellationToken cancel)
    {
        try
        {
            if (await new LogEntries(log).CheckpointAsync(cancel) is not var (note, now) || note.FindProblem(verifier) is not null)
            {
                return "the receipt is good by itself, but the log shows no checkpoint that this key signed";
            }

            return now.Size < receipt.Size ? $"the receipt covers {receipt.Size} entries, but the log has only {now.Size}"
                : await new TileTree(log, now.Size).RangeRootAsync(new LeafRange(0, now.Size), cancel) != now.Root ? "the log's tiles do not lead to its own signed root"
                : await new TileTree(log, receipt.Size).RootAsync(cancel) != receipt.Root ? $"the log's first {receipt.Size} entries are not those the receipt covers: history was rewritten"
                : null;
        }
        catch (LedgerCorruptException e)
        {
            return $"the log could not be compared with the receipt: {e.Message}";
        }
    }

    private static Task WriteCheckpointAsync(Checkpoint? checkpoint, TextWriter output) => checkpoint is null
        ? Task.CompletedTask
        : output.WriteLineAsync($"log         {checkpoint.Origin}\nsize        {checkpoint.Size}\nroot        {checkpoint.Root.ToBase64()}");

    private static string Describe(ReadOnlySpan<byte> entry)
    {
        try
        {
            var parsed = EntryTypes.Parse(entry);
            return $"{parsed.Type}, {DateTimeOffset.FromUnixTimeMilliseconds(parsed.Timestamp):yyyy-MM-dd HH:mm:ss} UTC";
        }
        catch (LedgerFormatException)
        {
            return $"{entry.Length} bytes that are not an entry of Assay";
        }
    }

    private sealed record Request(string? Log, string? Vkey, FileInfo? Receipt, FileInfo? Seen);

    private sealed record OpenedLog(ILogReader Reader, IDisposable? Owned) : IDisposable
    {
        public void Dispose() => Owned?.Dispose();
    }
}
