using Assay.Client.Transparency;

namespace Assay.Server.Demo.Steps;

/// <summary>The whole log is verified by the command-line program; a table of what happened.</summary>
internal static class SummaryStep
{
    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        var (code, output) = await CommandLine.RunAsync(["ledger", "verify", state.Folder.Root], cancel);
        LedgerStep.Show($"./assay ledger verify {state.Folder.Root}", code, output);
        DemoFailedException.Unless(code == 0, "The log does not verify.");
        var head = await state.As("owner").GetAsync<LedgerView>("/api/v1/ledger", cancel);
        state.Facts.Add(("Ledger entries, all verified", $"{head.Size}"));
        state.Facts.Add(("Data folder", state.Folder.Root));
        state.Facts.Add(("Address", $"{state.Server}"));
        DemoScreen.Table(["What", "Figure"], state.Facts.Select(fact => (IReadOnlyList<string>)[fact.What, fact.Figure]));
    }
}
