using Assay.Client.Transparency;

namespace Assay.Server.Demo.Steps;

/// <summary>The signed checkpoint, an inclusion proof, and a receipt that verifies offline and no longer after one byte is changed.</summary>
internal static class LedgerStep
{
    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        var head = await state.As("careful").GetAsync<LedgerView>("/api/v1/ledger", cancel);
        DemoScreen.Say($"The log {head.Origin} has {head.Size} entries. Its signed checkpoint:");
        foreach (var line in head.Checkpoint.TrimEnd().Split('\n'))
        {
            DemoScreen.Say("    " + line);
        }

        var mine = state.Decided.First(view => view.AccountId == state.People["careful"].Id);
        var receipt = await state.As("careful").DownloadAsync($"/api/v1/contributions/{mine.Id}/receipt", cancel);
        var path = Path.Combine(state.Folder.Root, "receipt.tlog-proof");
        await File.WriteAllBytesAsync(path, receipt, cancel);
        DemoScreen.Say($"Receipt of '{mine.FileName}', entry {mine.LedgerIndex}: {path} ({receipt.Length} bytes)");

        var (code, output) = await CommandLine.RunAsync(["ledger", "verify", "--receipt", path, "--vkey", head.Key], cancel);
        Show($"./assay ledger verify --receipt receipt.tlog-proof --vkey {head.Key}", code, output);
        DemoFailedException.Unless(code == 0, "The receipt was not accepted.");

        var changed = (byte[])receipt.Clone();
        var at = Array.IndexOf(changed, (byte)'\n', Array.IndexOf(changed, (byte)'\n') + 1) - 3; // inside the entry's bytes
        changed[at] = changed[at] == (byte)'A' ? (byte)'B' : (byte)'A';
        var changedPath = Path.Combine(state.Folder.Root, "receipt-changed.tlog-proof");
        await File.WriteAllBytesAsync(changedPath, changed, cancel);
        (code, output) = await CommandLine.RunAsync(["ledger", "verify", "--receipt", changedPath, "--vkey", head.Key], cancel);
        Show("the same with one byte changed", code, output);
        DemoFailedException.Unless(code == 1, "A changed receipt was not refused.");
    }

    internal static void Show(string command, int code, string output)
    {
        DemoScreen.Say($"$ {command}");
        foreach (var line in output.Split('\n'))
        {
            DemoScreen.Say("    " + line.TrimEnd());
        }

        DemoScreen.Say($"    exit code {code}");
    }
}
