using System.Text.Json;
using Assay.Client.Datanets;
using Assay.Client.Transparency;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Tree;
using Assay.Server.Contributions.PersonalData;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Transparency;

/// <summary>The ledger for everyone: its files in the standard paths, its entries, proofs and the check of a receipt.</summary>
internal static class TransparencyModule
{
    private const int MaxEntries = 256;
    private const int MaxTile = 256 * (65_535 + 2);

    public static void AddTransparency(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LedgerOptions>().BindConfiguration("Ledger").ValidateOnStart();
        builder.Services.AddSingleton<LedgerSetup>();
        builder.Services.AddSingleton<DatabaseJournal>();
        builder.Services.AddSingleton<LedgerSequencer>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LedgerSequencer>());
    }

    /// <summary>Makes sure that genesis is there, and the policies when this process is going to serve.</summary>
    public static async Task PrepareLedgerAsync(this WebApplication app, bool serving)
    {
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<AssayDb>>().CreateDbContextAsync();
        await app.Services.GetRequiredService<PatternSets>().PrepareAsync(db, serving, app.Services.GetRequiredService<TimeProvider>().GetUtcNow(), CancellationToken.None);
        await app.Services.GetRequiredService<LedgerSetup>().EnsureAsync(db, serving, CancellationToken.None);
    }

    public static void MapTransparency(this WebApplication app)
    {
        foreach (var prefix in (string[])["", "/ledger"])
        {
            var files = app.MapGroup(prefix).ExcludeFromDescription();
            files.MapGet("/checkpoint", (HttpContext http, LedgerSequencer ledger, CancellationToken cancel) =>
                FileAsync(http, ledger, "checkpoint", SignedNote.MaxLength, cancel));
            files.MapGet("/vkey", (HttpContext http, LedgerSequencer ledger, CancellationToken cancel) => FileAsync(http, ledger, "vkey", 1024, cancel));
            files.MapGet("/tile/{**path}", (string path, HttpContext http, LedgerSequencer ledger, CancellationToken cancel) =>
                FileAsync(http, ledger, "tile/" + path, MaxTile, cancel));
        }

        var group = app.MapGroup("/api/v1/ledger").WithTags("Transparency");
        group.MapGet("/", HeadAsync);
        group.MapGet("/entries", EntriesAsync);
        group.MapGet("/entries/{index:long}/receipt", ReceiptAsync);
        VerifyReceipt.Map(group);
    }

    private static async Task<IResult> FileAsync(HttpContext http, LedgerSequencer ledger, string path, int limit, CancellationToken cancel)
    {
        // Only names that the log itself would write reach the disk.
        if (path.StartsWith("tile/", StringComparison.Ordinal) && !TilePath.TryParse(path, out _))
        {
            return Results.NotFound();
        }

        if (await ledger.Store.ReadAsync(path, limit, cancel) is not { } bytes)
        {
            return Results.NotFound();
        }

        var isTile = path.StartsWith("tile/", StringComparison.Ordinal);
        http.Response.Headers.CacheControl = isTile ? "public, max-age=31536000, immutable" : "no-cache";
        return Results.Bytes(bytes, isTile ? "application/octet-stream" : "text/plain; charset=utf-8");
    }

    internal static async Task<LedgerView?> ReadHeadAsync(LedgerSequencer ledger, LedgerSetup setup, TimeProvider clock, CancellationToken cancel)
    {
        if (await ledger.Store.ReadAsync("checkpoint", SignedNote.MaxLength, cancel) is not { } bytes)
        {
            return null;
        }

        var note = SignedNote.Parse(bytes);
        var checkpoint = Checkpoint.Parse(note.Text);
        return new LedgerView(checkpoint.Origin, checkpoint.Size, checkpoint.Root.ToString(), System.Text.Encoding.UTF8.GetString(bytes),
            setup.Signer.Verifier.Vkey, clock.GetUtcNow());
    }

    private static async Task<Results<Ok<LedgerView>, ProblemHttpResult>> HeadAsync(
        LedgerSequencer ledger, LedgerSetup setup, TimeProvider clock, CancellationToken cancel) =>
        await ReadHeadAsync(ledger, setup, clock, cancel) is { } view
            ? TypedResults.Ok(view)
            : new Refusal(StatusCodes.Status503ServiceUnavailable, "no_checkpoint", "The log has no checkpoint yet. Try again in a second.").ToProblem();

    /// <summary>Entries as they are hashed, newest last.</summary>
    internal static async Task<List<LedgerEntryView>> ReadEntriesAsync(AssayDb db, long from, int count, CancellationToken cancel)
    {
        var rows = await db.LedgerEntries.AsNoTracking().Where(row => row.Index >= from).OrderBy(row => row.Index)
            .Take(Math.Clamp(count, 1, MaxEntries)).ToListAsync(cancel);
        return rows.ConvertAll(row =>
        {
            using var document = JsonDocument.Parse(row.Bytes);
            var entry = document.RootElement.Clone();
            return new LedgerEntryView(row.Index!.Value, entry.GetProperty("t").GetString()!, TreeHash.OfLeaf(row.Bytes).ToString(), entry);
        });
    }

    private static async Task<Ok<Page<LedgerEntryView>>> EntriesAsync(AssayDb db, CancellationToken cancel, long from = 0, int count = 100)
    {
        var entries = await ReadEntriesAsync(db, Math.Max(0, from), count, cancel);
        return TypedResults.Ok(new Page<LedgerEntryView>(entries, entries.Count == Math.Clamp(count, 1, MaxEntries)
            ? (entries[^1].Index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : null));
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ReceiptAsync(
        long index, AssayDb db, LedgerSequencer ledger, CancellationToken cancel)
    {
        var entry = await db.LedgerEntries.Where(row => row.Index == index).Select(row => (long?)row.Id).FirstOrDefaultAsync(cancel);
        return entry is null
            ? Refusal.NotFound("ledger entry", index.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToProblem()
            : TypedResults.File(await ledger.ReceiptAsync(entry.Value, cancel), "text/plain; charset=utf-8", $"entry-{index}.tlog-proof");
    }
}
