using System.Text.Json;
using Assay.Client;
using Assay.Client.Contributions;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.Uploads;

/// <summary>Files that come in pieces: the creation reserves the day's limits, the last piece runs the same gate and commit as every contribution.</summary>
internal sealed class Uploads(IDbContextFactory<AssayDb> reader, DbWriter writer, Intake intake, QuotaLedger quotas, UploadFile files, TimeProvider clock)
{
    /// <summary>One creation at a time per idempotency key, one writer at a time per upload.</summary>
    private readonly KeyedTurns _turns = new();

    /// <summary>Reserves and opens an upload, or finds the one that this request opened before.</summary>
    public async Task<UploadAnswer> CreateAsync(CurrentUser user, IntakeRequest request, CancellationToken cancel)
    {
        using var turn = await _turns.TakeAsync(user.Id + "/" + request.Op, cancel);
        if (await NewestAsync(user.Id, request.Op, cancel) is { State: UploadState.Open } late && late.ExpiresAt < clock.GetUtcNow())
        {
            await EndAsync(late, UploadState.Gone, null);
        }

        UploadRow? opened = null;
        var id = AssayDb.NewId(StagedBlob.PiecesPrefix);
        var outcome = await intake.ReserveAsync(user, request, "tus " + request.Hash(), (db, reservation, answer) => db.Add(opened = new UploadRow
        {
            Id = id,
            AccountId = user.Id,
            Op = request.Op,
            DatanetId = request.DatanetId,
            Length = request.Declared,
            Facts = JsonSerializer.Serialize(request.Facts, AssayJson.Options),
            AnswerIndex = answer,
            ExpiresAt = quotas.ExpiryOf(reservation),
        }), cancel);
        return outcome.Refused is { } refusal
            ? UploadAnswer.Refuse(refusal)
            : Answer(opened ?? (await NewestAsync(user.Id, request.Op, cancel))!);
    }

    /// <summary>An upload of this account as it stands; null when there is none.</summary>
    public async Task<UploadAnswer?> FindAsync(string accountId, string id, CancellationToken cancel) =>
        await RowAsync(accountId, id, cancel) is { } row ? Answer(row) : null;

    /// <summary>Appends a piece. The one that completes the file makes it a contribution.</summary>
    /// <param name="offset">Where the client says it goes on.</param>
    /// <param name="length">Length of the piece; null when it is not known.</param>
    public async Task<UploadAnswer> AppendAsync(string accountId, string id, long offset, long? length, Stream body, CancellationToken cancel)
    {
        using var turn = _turns.TryTake(id);
        if (turn is null)
        {
            return UploadAnswer.Refuse(Busy);
        }

        if (await RowAsync(accountId, id, cancel) is not { } row)
        {
            return UploadAnswer.Refuse(Refusal.NotFound("upload of yours", id));
        }

        var now = Answer(row);
        if (now.Refused is not null)
        {
            return now;
        }

        if (offset != now.Offset)
        {
            return now with { Refused = Refusal.Conflict("offset", $"This upload goes on at byte {now.Offset}, not {offset}.") };
        }

        if (row.State == UploadState.Done)
        {
            return now; // the acknowledgement was lost
        }

        if (length > row.Length - offset)
        {
            return now with { Refused = IntakeGate.TooLong(row.Length) };
        }

        try
        {
            return await files.AppendAsync(row, offset, body, at => RecordAsync(row, at), cancel) is not { } end ? now with { Refused = IntakeGate.TooLong(row.Length) }
                : end < row.Length ? now with { Offset = end }
                : await FinishAsync(row);
        }
        catch (BadHttpRequestException broken)
        {
            return broken.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? now with { Refused = IntakeGate.TooLong(row.Length) }
                : now with { Refused = new Refusal(broken.StatusCode, "broken_body", $"The piece did not arrive in full: {broken.Message} Ask for the offset and go on from there.") };
        }
    }

    /// <summary>Ends an unfinished upload and gives its reservation back.</summary>
    public async Task<UploadAnswer> TerminateAsync(string accountId, string id, CancellationToken cancel)
    {
        using var turn = _turns.TryTake(id);
        if (turn is null)
        {
            return UploadAnswer.Refuse(Busy);
        }

        var row = await RowAsync(accountId, id, cancel);
        switch (row?.State)
        {
            case null:
                return UploadAnswer.Refuse(Refusal.NotFound("upload of yours", id));
            case UploadState.Done:
                return UploadAnswer.Refuse(Refusal.Conflict("complete", $"This upload is complete: it is the contribution {row.ContributionId}."));
            case UploadState.Open:
                await EndAsync(row, UploadState.Gone, null);
                break;
        }

        return new UploadAnswer(row, row.Offset, null);
    }

    /// <summary>Ends what was not completed in its time, and removes files that no open upload owns.</summary>
    /// <returns>How many files and uploads that were.</returns>
    public async Task<int> ExpireAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var seen = files.List(); // before the rows: a file that appears later belongs to a row that is read
        List<UploadRow> open;
        await using (var db = await reader.CreateDbContextAsync(cancel))
        {
            open = await db.Uploads.AsNoTracking().Where(row => row.State == UploadState.Open).ToListAsync(cancel);
        }

        var late = open.Where(row => row.ExpiresAt < now).ToList();
        foreach (var row in late)
        {
            using var turn = _turns.TryTake(row.Id);
            if (turn is not null)
            {
                await EndAsync(row, UploadState.Gone, null);
            }
        }

        var orphans = seen.Except(open.Select(row => row.Id)).ToList();
        orphans.ForEach(files.Delete);
        return late.Count + orphans.Count;
    }

    private static Refusal Busy { get; } = new(StatusCodes.Status423Locked, "busy", "Another request is sending to this upload. Wait until it has ended, then ask for the offset.");

    private async Task<UploadAnswer> FinishAsync(UploadRow row)
    {
        // From here on nothing depends on the client's connection.
        var facts = JsonSerializer.Deserialize<ContributionFacts>(row.Facts, AssayJson.Options)!;
        var request = new IntakeRequest(row.DatanetId, row.Op, row.Length, facts);
        ReservationRow? reservation;
        await using (var db = await reader.CreateDbContextAsync(CancellationToken.None))
        {
            reservation = await db.Reservations.AsNoTracking().FirstAsync(claim => claim.AccountId == row.AccountId && claim.Op == row.Op, CancellationToken.None);
        }

        var staged = await BlobStore.AdoptAsync(files.PathOf(row.Id), CancellationToken.None);
        var outcome = await intake.KeepAsync(new IntakeClaim(request, reservation, row.AnswerIndex), staged, async (db, contribution, stop) =>
        {
            var current = await db.Uploads.FirstAsync(upload => upload.Id == row.Id, stop);
            (current.State, current.Offset, current.ContributionId, current.Facts) = (UploadState.Done, row.Length, contribution, "{}");
        }, CancellationToken.None);
        if (outcome.Refused is { } refusal)
        {
            await EndAsync(row, UploadState.Refused, refusal);
        }

        return Answer((await RowAsync(row.AccountId, row.Id, CancellationToken.None))!);
    }

    /// <summary>Closes an upload that becomes no contribution: its file, its facts and its reservation go.</summary>
    private async Task EndAsync(UploadRow row, UploadState state, Refusal? refusal)
    {
        await writer.WriteAsync((db, stop) => db.Uploads.Where(upload => upload.Id == row.Id && upload.State == UploadState.Open).ExecuteUpdateAsync(set => set
            .SetProperty(upload => upload.State, state)
            .SetProperty(upload => upload.Facts, "{}")
            .SetProperty(upload => upload.Refusal, refusal == null ? null : JsonSerializer.Serialize(refusal, AssayJson.Options)), stop), CancellationToken.None);
        await quotas.CancelAsync(row.AccountId, row.Op, CancellationToken.None);
        files.Delete(row.Id);
    }

    private Task<int> RecordAsync(UploadRow row, long offset) => writer.WriteAsync((db, stop) =>
        db.Uploads.Where(upload => upload.Id == row.Id).ExecuteUpdateAsync(set => set.SetProperty(upload => upload.Offset, offset), stop), CancellationToken.None);

    private async Task<UploadRow?> RowAsync(string accountId, string id, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        return await db.Uploads.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.AccountId == accountId, cancel);
    }

    private async Task<UploadRow?> NewestAsync(string accountId, string op, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        return await db.Uploads.AsNoTracking().Where(row => row.AccountId == accountId && row.Op == op).OrderByDescending(row => row.ExpiresAt).FirstOrDefaultAsync(cancel);
    }

    private UploadAnswer Answer(UploadRow row) => row.State switch
    {
        UploadState.Done => new UploadAnswer(row, row.Length, null),
        UploadState.Refused => new UploadAnswer(row, row.Offset, JsonSerializer.Deserialize<Refusal>(row.Refusal!, AssayJson.Options)),
        UploadState.Open when row.ExpiresAt >= clock.GetUtcNow() => new UploadAnswer(row, files.OffsetOf(row), null),
        _ => new UploadAnswer(row, row.Offset, new Refusal(StatusCodes.Status410Gone, "gone", "This upload expired or was ended; its reservation was given back. Begin a new one.")),
    };
}

/// <summary>An upload as it stands.</summary>
/// <param name="Row">Null when it is not known who asks or for what.</param>
/// <param name="Offset">Bytes received.</param>
internal sealed record UploadAnswer(UploadRow? Row, long Offset, Refusal? Refused)
{
    public static UploadAnswer Refuse(Refusal refusal) => new(null, 0, refusal);
}
