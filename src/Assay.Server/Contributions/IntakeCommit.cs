using Assay.Data.FileTypes;
using Assay.Ledger.Entries;
using Assay.Server.Datanets;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Assay.Server.Shared.Quotas;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>The one transaction that makes a received file a contribution.</summary>
internal sealed class IntakeCommit(DbWriter writer, JobQueue jobs, LedgerSequencer ledger, TimeProvider clock)
{
    /// <summary>Reservation, row, ledger entry and job in one transaction. Acknowledged after it; not cancellable, so the client's retry finds it.</summary>
    /// <param name="datanet">The datanet as it was read.</param>
    /// <param name="claim">What was reserved.</param>
    /// <param name="staged">The received file; its blob is in place already.</param>
    /// <param name="also">Further database calls of the same transaction, given the contribution's id; null: none.</param>
    /// <returns>The contribution's id; or why nothing was written: its bytes became a duplicate meanwhile, or its reservation expired.</returns>
    public async Task<(string Id, Refusal? Why)> CommitAsync(DatanetRow datanet, IntakeClaim claim, StagedBlob staged, Func<AssayDb, string, CancellationToken, Task>? also)
    {
        var (request, accountId) = (claim.Request, claim.Reservation.AccountId);
        var now = clock.GetUtcNow();
        var id = AssayDb.NewId("c_");
        var refused = await writer.WriteAsync(async (db, stop) =>
        {
            if (await IntakeGate.DuplicateAsync(db, datanet.Id, staged.Sha256, accountId, stop) is { } duplicate)
            {
                return duplicate; // a parallel upload of the same bytes was faster
            }

            if (!await QuotaLedger.CommitAsync(db, claim.Reservation, staged.Length, id, stop))
            {
                return new Refusal(StatusCodes.Status408RequestTimeout, "too_slow", "The upload took longer than its reservation lasts. Send it again over a faster connection, or in smaller files.");
            }

            var contributor = await db.Accounts.FirstAsync(row => row.Id == accountId, stop);
            var row = new ContributionRow
            {
                Id = id,
                DatanetId = datanet.Id,
                AccountId = accountId,
                Op = request.Op,
                FileName = DisplayName.Of(request.Facts.FileName),
                Type = FileTypes.ByName(request.Facts.FileName)!.Name,
                Bytes = staged.Length,
                Sha256 = staged.Sha256,
                Salt = Commitment.NewSalt(),
                Licence = datanet.LicenceList.First(licence => licence.Equals(request.Facts.Licence, StringComparison.OrdinalIgnoreCase)),
                Source = request.Facts.Source,
                IntendedUse = request.Facts.IntendedUse,
                Note = request.Facts.Note,
                Language = request.Facts.Language,
                FromAnswer = request.Facts.FromAnswer,
                ExtractedFrom = request.ExtractedFrom,
                ImportId = request.Facts.Import,
                Columns = request.Facts.Columns is { Length: > 0 } columns ? columns : null,
                ReceivedAt = now,
            };
            var entry = db.Append(LedgerFacts.Contribution(row, datanet, contributor, claim.AnswerIndex));
            await db.SaveChangesAsync(stop); // the entry's row id
            row.EntryId = entry.Id;
            db.Contributions.Add(row);
            JobQueue.Submit(db, "validate", id, now);
            if (also is not null)
            {
                await also(db, id, stop);
            }

            return null;
        }, CancellationToken.None);
        jobs.Wake();
        ledger.Wake();
        return (id, refused);
    }
}
