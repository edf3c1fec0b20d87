using Assay.Client.Access;
using Assay.Client.Datanets;
using Spectre.Console;

namespace Assay.Server.Demo.Steps;

/// <summary>The builder asks for access, the owner grants it and freezes a version; rendered samples show what would be trained.</summary>
internal static class AccessStep
{
    public const string Base = "assay-starter";

    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        var asked = await state.As("builder").PostAsync<AccessView>($"/api/v1/datanets/{state.Datanet.Id}/access",
            new AccessRequest("A small assistant that answers questions about the Harbor library for its users.", true), cancel);
        DemoScreen.Say($"{asked.AccountName} asks: \"{asked.Purpose}\"");
        var granted = await state.As("owner").PostAsync<AccessView>($"/api/v1/access/{asked.Id}", new AccessDecision("grant"), cancel);
        DemoScreen.Say($"{state.People["owner"].Name} grants it until {granted.Until:yyyy-MM-dd}.");

        state.Snapshot = await state.As("owner").PostAsync<SnapshotView>($"/api/v1/datanets/{state.Datanet.Id}/snapshots", null, cancel);
        var manifest = await state.As("builder").GetAsync<SnapshotManifest>($"/api/v1/snapshots/{state.Snapshot.Id}/manifest", cancel);
        DemoScreen.Say($"Version {state.Snapshot.Number} is frozen: {state.Snapshot.Records} records of {state.Snapshot.Contributions} files, ledger entry {state.Snapshot.LedgerIndex}, root {state.Snapshot.RecordsRoot}.");
        DemoScreen.Say($"The manifest lists each file and record with its hash; the first: {manifest.Contributions[0].Sha256}.");

        var look = await state.As("builder").GetAsync<SnapshotPreview>($"/api/v1/snapshots/{state.Snapshot.Id}/preview?base={Base}&samples=2", cancel);
        DemoScreen.Say($"Look before training: {look.Tokens} tokens, {look.TrainableTokens} of them trained ({(double)look.TrainableTokens / look.Tokens:P0}), {look.Truncated} records cut.");
        foreach (var sample in look.Samples)
        {
            DemoScreen.Markup("    " + string.Concat(sample.Pieces.Select(piece => piece.Trained
                ? $"[green]«{piece.Text.EscapeMarkup()}»[/]"
                : $"[dim]{piece.Text.EscapeMarkup()}[/]")));
        }

        DemoScreen.Say("    «green» is trained, the rest is context.");
        DemoFailedException.Unless(look.TrainableTokens > 0, "Nothing would be trained.");
        state.Facts.Add(("Records in version 1", $"{state.Snapshot.Records}"));
    }
}
