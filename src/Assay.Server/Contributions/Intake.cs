using Assay.Server.Accounts;
using Assay.Server.Datanets;
using Assay.Server.Datanets.Imports;
using Assay.Server.Datanets.Reading;
using Assay.Server.Datanets.Settings;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>
/// Reserve → receive → commit, for every way a file can come. A crash anywhere leaves at worst a file without a row, which the sweep removes.
/// </summary>
internal sealed class Intake(IDbContextFactory<AssayDb> reader, QuotaLedger quotas, BlobStore blobs, IntakeCommit commit, GateRefusals refusals, TimeProvider clock)
{
    /// <summary>One request at a time per idempotency key: a parallel repeat waits and gets the first one's answer.</summary>
    private readonly KeyedTurns _inFlight = new();

    /// <summary>One file in one request.</summary>
    public async Task<IntakeOutcome> ReceiveAsync(CurrentUser user, IntakeRequest request, Stream body, CancellationToken cancel)
    {
        using var turn = await _inFlight.TakeAsync(user.Id + "/" + request.Op, cancel);
        var reserved = await ReserveAsync(user, request, request.Hash(), null, cancel);
        if (reserved.Claim is not { } claim)
        {
            return reserved;
        }

        var kept = false;
        try
        {
            var staged = await blobs.StageAsync(body, request.Declared, cancel);
            var outcome = staged is null ? Count(user.Id, IntakeGate.TooLong(request.Declared)) : await KeepAsync(claim, staged, null, cancel);
            kept = outcome.ContributionId is not null;
            return outcome;
        }
        catch (BadHttpRequestException broken)
        {
            // The body ended early, came too slowly, or went on after its declared length before the counting reader saw it.
            return Count(user.Id, broken.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? IntakeGate.TooLong(request.Declared)
                : new Refusal(broken.StatusCode, "broken_body", $"The file did not arrive: {broken.Message} Send it again with the same Idempotency-Key."));
        }
        finally
        {
            if (!kept)
            {
                await quotas.CancelAsync(user.Id, request.Op, CancellationToken.None);
            }
        }
    }

    /// <summary>The gate's cheap checks and the day's limits. Nothing is used when it refuses.</summary>
    /// <param name="hash">Makes two requests the same; the way of sending is part of it.</param>
    /// <param name="also">Joins the transaction of a new reservation, given it and the ledger index of the corrected answer; null: nothing does.</param>
    /// <returns>A claim; the contribution, when this request was committed before; or the refusal.</returns>
    public async Task<IntakeOutcome> ReserveAsync(CurrentUser user, IntakeRequest request, string hash, Action<AssayDb, ReservationRow, long?>? also, CancellationToken cancel)
    {
        if (await EarlierAsync(user.Id, request.Op, hash, cancel) is { } done)
        {
            return IntakeOutcome.Done(done); // the acknowledgement was lost: the same answer, whatever has changed since
        }

        if (refusals.Blocked(user.Id) is { } until)
        {
            return IntakeOutcome.Refuse(new Refusal(StatusCodes.Status429TooManyRequests, "too_many_refusals",
                $"More than {GateRefusals.PerHour} files were refused within an hour. Try again after {until:HH:mm} UTC.")
            { RetryAfter = until - clock.GetUtcNow() });
        }

        var (datanet, answerIndex, missing) = await FindAsync(user.Viewer, request, cancel);
        if ((missing ?? IntakeGate.BeforeReceiving(user, datanet!, request)) is { } refusal)
        {
            return Count(user.Id, refusal);
        }

        return await quotas.ReserveAsync(user.Id, request.Op, request.DatanetId, new QuotaRequest(request.Declared, hash, request.Facts.Import),
            also is null ? null : (db, reservation) => also(db, reservation, answerIndex), cancel) switch
        {
            QuotaAnswer.OtherRequest => Count(user.Id, new Refusal(StatusCodes.Status422UnprocessableEntity, "key_reused",
                $"The Idempotency-Key '{request.Op}' was used for another request. Use a new key.")),
            QuotaAnswer.Exceeded exceeded => Count(user.Id, QuotaRefusal.Make(exceeded.Limit, clock.GetUtcNow())),
            QuotaAnswer.ImportFull full => IntakeOutcome.Refuse(QuotaRefusal.Make(full, request.Declared)),
            QuotaAnswer.Reserved { Reservation: { State: ReservationState.Committed } earlier } => IntakeOutcome.Done(earlier.ContributionId!),
            QuotaAnswer.Reserved { Reservation: var claim } => IntakeOutcome.Reserved(new IntakeClaim(request, claim, answerIndex)),
            var unknown => throw new InvalidOperationException($"Unknown quota answer {unknown.GetType().Name}."),
        };
    }

    /// <summary>Checks the received bytes, moves them to their place and commits. The staged file is gone afterwards, whatever the answer.</summary>
    /// <param name="also">Joins the commit's transaction; null: nothing does.</param>
    /// <returns>The contribution, or the refusal; the claim then still stands, and the caller gives it back.</returns>
    public async Task<IntakeOutcome> KeepAsync(IntakeClaim claim, StagedBlob staged, Func<AssayDb, string, CancellationToken, Task>? also, CancellationToken cancel)
    {
        try
        {
            DatanetRow datanet;
            await using (var db = await reader.CreateDbContextAsync(cancel))
            {
                datanet = await db.Datanets.AsNoTracking().FirstAsync(row => row.Id == claim.Request.DatanetId, cancel);
                if ((await Admission.RefuseAsync(db, datanet, claim.Reservation.AccountId, cancel) // who was removed while the file came
                    ?? await IntakeGate.AfterReceivingAsync(db, datanet, claim.Request, staged, claim.Reservation.AccountId, cancel)) is { } refusal)
                {
                    return Count(claim.Reservation.AccountId, refusal);
                }
            }

            blobs.Keep(staged);
            var (id, refused) = await commit.CommitAsync(datanet, claim, staged, also);
            return refused is null ? IntakeOutcome.Done(id) : Count(claim.Reservation.AccountId, refused);
        }
        finally
        {
            // Kept, it is no longer there. The blob itself may be another contribution's, too: only the sweep may remove it.
            BlobStore.Discard(staged);
        }
    }

    private async Task<string?> EarlierAsync(string accountId, string op, string hash, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        return await db.Reservations.Where(row => row.AccountId == accountId && row.Op == op && row.State == ReservationState.Committed && row.RequestHash == hash)
            .Select(row => row.ContributionId).FirstOrDefaultAsync(cancel);
    }

    private async Task<(DatanetRow? Datanet, long? AnswerIndex, Refusal? Missing)> FindAsync(Viewer viewer, IntakeRequest request, CancellationToken cancel)
    {
        var accountId = viewer.AccountId;
        await using var db = await reader.CreateDbContextAsync(cancel);
        if (await Readable.Datanets(db, viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == request.DatanetId, cancel) is not { } datanet)
        {
            return (null, null, Refusal.NotFound("datanet", request.DatanetId));
        }

        if (await Admission.RefuseAsync(db, datanet, accountId, cancel) is { } stranger)
        {
            return (datanet, null, stranger);
        }

        if (request.Facts.Import is { } import && await OwnerImport.RefuseAsync(db, import, request.DatanetId, accountId, cancel) is { } refused)
        {
            return (datanet, null, refused);
        }

        if (request.Facts.FromAnswer is not { } answer)
        {
            return (datanet, null, null);
        }

        var index = await db.Answers.Where(row => row.Id == answer && row.AccountId == accountId)
            .Join(db.LedgerEntries, row => row.EntryId, entry => entry.Id, (_, entry) => entry.Index).FirstOrDefaultAsync(cancel);
        return (datanet, index, index is null ? Refusal.NotFound("answer of yours", answer) : null);
    }

    private IntakeOutcome Count(string accountId, Refusal refusal)
    {
        if (refusal.Status < 500)
        {
            refusals.Count(accountId);
        }

        return IntakeOutcome.Refuse(refusal);
    }
}
