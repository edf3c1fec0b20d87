using System.Security.Cryptography;
using System.Text;
using Assay.Client.Contributions;
using Assay.Data.FileTypes;
using Assay.Data.Validation;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Datanets;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Assay.Server.Shared.Quotas;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>Reserve → receive → commit. A crash anywhere leaves at worst a file without a row, which the sweep removes.</summary>
internal sealed class Intake(IDbContextFactory<AssayDb> reader, DbWriter writer, QuotaLedger quotas, BlobStore blobs, JobQueue jobs, LedgerSequencer ledger,
    GateRefusals refusals, TimeProvider clock)
{
    /// <summary>One request at a time per idempotency key: a parallel repeat waits and gets the first one's answer.</summary>
    private readonly KeyedTurns _inFlight = new();

    public async Task<IntakeOutcome> ReceiveAsync(CurrentUser user, IntakeRequest request, Stream body, CancellationToken cancel)
    {
        using var turn = await _inFlight.TakeAsync(user.Id + "/" + request.Op, cancel);
        if (await EarlierAsync(user.Id, request, cancel) is { } done)
        {
            return done; // the acknowledgement was lost: the same answer, whatever has changed since
        }

        if (refusals.Blocked(user.Id) is { } until)
        {
            return IntakeOutcome.Refuse(new Refusal(StatusCodes.Status429TooManyRequests, "too_many_refusals",
                $"More than {GateRefusals.PerHour} files were refused within an hour. Try again after {until:HH:mm} UTC."), until - clock.GetUtcNow());
        }

        var outcome = await ReceiveOnceAsync(user, request, body, cancel);
        if (outcome.Refused is { Status: < 500 })
        {
            refusals.Count(user.Id);
        }

        return outcome;
    }

    private async Task<IntakeOutcome?> EarlierAsync(string accountId, IntakeRequest request, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var earlier = await db.Reservations.AsNoTracking().FirstOrDefaultAsync(row => row.AccountId == accountId && row.Op == request.Op, cancel);
        return earlier is { State: ReservationState.Committed } && earlier.RequestHash == request.Hash() ? IntakeOutcome.Done(earlier.ContributionId!) : null;
    }

    private async Task<IntakeOutcome> ReceiveOnceAsync(CurrentUser user, IntakeRequest request, Stream body, CancellationToken cancel)
    {
        DatanetRow? datanet;
        long? answerIndex = null;
        await using (var db = await reader.CreateDbContextAsync(cancel))
        {
            datanet = await db.Datanets.AsNoTracking().FirstOrDefaultAsync(row => row.Id == request.DatanetId, cancel);
            if (request.Facts.FromAnswer is { } answer)
            {
                answerIndex = await db.Answers.Where(row => row.Id == answer && row.AccountId == user.Id)
                    .Join(db.LedgerEntries, row => row.EntryId, entry => entry.Id, (_, entry) => entry.Index).FirstOrDefaultAsync(cancel);
                if (answerIndex is null)
                {
                    return IntakeOutcome.Refuse(Refusal.NotFound("answer of yours", answer));
                }
            }
        }

        if (datanet is null)
        {
            return IntakeOutcome.Refuse(Refusal.NotFound("datanet", request.DatanetId));
        }

        if (BeforeReceiving(user, datanet, request) is { } early)
        {
            return IntakeOutcome.Refuse(early);
        }

        var answered = await quotas.ReserveAsync(user.Id, request.Op, datanet.Id, new QuotaRequest(request.Declared, request.Hash()), cancel);
        switch (answered)
        {
            case QuotaAnswer.OtherRequest:
                return IntakeOutcome.Refuse(new Refusal(StatusCodes.Status422UnprocessableEntity, "key_reused",
                    $"The Idempotency-Key '{request.Op}' was used for another request. Use a new key."));
            case QuotaAnswer.Exceeded exceeded:
                return OverQuota(exceeded.Limit);
            case QuotaAnswer.Reserved { Reservation: { State: ReservationState.Committed } done }:
                return IntakeOutcome.Done(done.ContributionId!);
            case QuotaAnswer.Reserved { Reservation: var claim }:
                return await ReceiveReservedAsync(user, datanet, request, (claim, answerIndex), body, cancel);
            default:
                throw new InvalidOperationException($"Unknown quota answer {answered.GetType().Name}.");
        }
    }

    private async Task<IntakeOutcome> ReceiveReservedAsync(
        CurrentUser user, DatanetRow datanet, IntakeRequest request, (ReservationRow Claim, long? AnswerIndex) held, Stream body, CancellationToken cancel)
    {
        StagedBlob? staged = null;
        var stored = false;
        try
        {
            staged = await blobs.StageAsync(body, request.Declared, cancel);
            if (staged is null)
            {
                return IntakeOutcome.Refuse(TooLong(request));
            }

            if (await AfterReceivingAsync(datanet, request, staged, cancel) is { } refusal)
            {
                return IntakeOutcome.Refuse(refusal);
            }

            blobs.Keep(staged);
            var (id, refused) = await CommitAsync(user.Id, datanet, request, held, staged);
            stored = refused is null;
            return refused is null ? IntakeOutcome.Done(id) : IntakeOutcome.Refuse(refused);
        }
        catch (BadHttpRequestException broken)
        {
            // The body ended early, came too slowly, or went on after its declared length before the counting reader saw it.
            return IntakeOutcome.Refuse(broken.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? TooLong(request)
                : new Refusal(broken.StatusCode, "broken_body", $"The file did not arrive: {broken.Message} Send it again with the same Idempotency-Key."));
        }
        finally
        {
            if (!stored)
            {
                // The blob itself may be another contribution's, too: only the sweep may remove it.
                if (staged is not null)
                {
                    BlobStore.Discard(staged);
                }

                await quotas.CancelAsync(held.Claim, CancellationToken.None);
            }
        }
    }

    private static Refusal TooLong(IntakeRequest request) => new(StatusCodes.Status413PayloadTooLarge, "longer_than_declared",
        $"The file is longer than the {request.Declared} bytes that were declared. Declare its real length.");

    /// <summary>Refusals that need nothing but the request and the datanet's row.</summary>
    private static Refusal? BeforeReceiving(CurrentUser user, DatanetRow datanet, IntakeRequest request)
    {
        if (!user.Is(Roles.Contributor))
        {
            return Refusal.Forbidden("Contributing needs the role 'contributor'. Ask the operator for it.");
        }

        if (datanet.State != "open")
        {
            return Refusal.Conflict("not_open", $"The datanet '{datanet.Name}' is {datanet.State} and takes no files. Reason: {datanet.StateReason ?? "none given"}.");
        }

        if (((string?[])[request.Facts.Source, request.Facts.IntendedUse, request.Facts.Note, request.Facts.Language]).Any(text => text?.Length > 1000))
        {
            return Refusal.Invalid("Source, intended use and note may have 1,000 characters each.");
        }

        if (request.Declared > FileGate.DefaultMaximumSize || request.Declared == 0)
        {
            return Gate(FileGate.Check(new GateQuestion(request.Facts.FileName, request.Declared, default, null))!);
        }

        return null;
    }

    /// <summary>Refusals that need the bytes: type, licence, exact duplicate.</summary>
    private async Task<Refusal?> AfterReceivingAsync(DatanetRow datanet, IntakeRequest request, StagedBlob staged, CancellationToken cancel)
    {
        var gate = FileGate.Check(new GateQuestion(request.Facts.FileName, staged.Length, staged.Head, DatanetKind.Text)
        {
            Licence = request.Facts.Licence,
            Licences = datanet.LicenceList,
        });
        if (gate is not null)
        {
            return Gate(gate);
        }

        await using var db = await reader.CreateDbContextAsync(cancel);
        return await DuplicateAsync(db, staged.Sha256, cancel);
    }

    private static async Task<Refusal?> DuplicateAsync(AssayDb db, string sha256, CancellationToken cancel)
    {
        var first = await db.Contributions.Where(row => row.Sha256 == sha256).OrderBy(row => row.ReceivedAt)
            .Select(row => new { row.Id, row.FileName, row.ReceivedAt }).FirstOrDefaultAsync(cancel);
        return first is null
            ? null
            : new Refusal(StatusCodes.Status409Conflict, "duplicate",
                $"The same bytes were contributed on {first.ReceivedAt:yyyy-MM-dd HH:mm} UTC as '{first.FileName}'. Send something new; nothing was used of your quota.",
                new Dictionary<string, object?> { ["contribution"] = first.Id, ["location"] = $"/api/v1/contributions/{first.Id}" });
    }

    /// <summary>Reservation, row, ledger entry and job in one transaction. Acknowledged after it; not cancellable, so the client's retry finds it.</summary>
    /// <returns>The contribution's id; or why nothing was written: its bytes became a duplicate meanwhile, or its reservation expired.</returns>
    private async Task<(string Id, Refusal? Why)> CommitAsync(string accountId, DatanetRow datanet, IntakeRequest request, (ReservationRow Claim, long? AnswerIndex) held, StagedBlob staged)
    {
        var now = clock.GetUtcNow();
        var id = AssayDb.NewId("c_");
        var refused = await writer.WriteAsync(async (db, stop) =>
        {
            if (await DuplicateAsync(db, staged.Sha256, stop) is { } duplicate)
            {
                return duplicate; // a parallel upload of the same bytes was faster
            }

            if (!await QuotaLedger.CommitAsync(db, held.Claim, staged.Length, id, stop))
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
                ReceivedAt = now,
            };
            var entry = db.Append(LedgerFacts.Contribution(row, datanet.Kind, contributor, held.AnswerIndex));
            await db.SaveChangesAsync(stop); // the entry's row id
            row.EntryId = entry.Id;
            db.Contributions.Add(row);
            JobQueue.Submit(db, "validate", id, now);
            return null;
        }, CancellationToken.None);
        jobs.Wake();
        ledger.Wake();
        return (id, refused);
    }

    private static Refusal Gate(GateRefusal gate) => new(
        gate.Reason switch
        {
            GateReason.TooLarge => StatusCodes.Status413PayloadTooLarge,
            GateReason.Licence or GateReason.Empty => StatusCodes.Status422UnprocessableEntity,
            _ => StatusCodes.Status415UnsupportedMediaType,
        },
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(gate.Reason.ToString()), $"{gate.Message} {gate.Fix}");

    private IntakeOutcome OverQuota(ExceededQuota exceeded)
    {
        var meter = exceeded.Meter;
        var unit = meter.Limit == "contributor_files" ? "files" : "bytes";
        var whose = meter.Limit == "datanet_bytes" ? "The datanet's day" : "Your day";
        var detail = $"{whose} has {meter.Left} of {meter.Cap} {unit} left, and this upload asks for {exceeded.Asked}. It is free again at {exceeded.ResetsAt:yyyy-MM-dd HH:mm} UTC.";
        return IntakeOutcome.Refuse(new Refusal(StatusCodes.Status429TooManyRequests, "quota", detail, new Dictionary<string, object?>
        {
            ["limit"] = meter.Limit,
            ["used"] = meter.Used,
            ["cap"] = meter.Cap,
            ["asked"] = exceeded.Asked,
            ["left"] = meter.Left,
            ["resets_at"] = exceeded.ResetsAt,
        }), exceeded.ResetsAt - clock.GetUtcNow());
    }
}

/// <param name="Declared">Bytes that the client says it will send.</param>
internal sealed record IntakeRequest(string DatanetId, string Op, long Declared, ContributionFacts Facts)
{
    /// <summary>SHA-256 over everything declared: a repeat of the same request has the same.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', DatanetId, Declared, Facts.FileName, Facts.Licence, Facts.Source, Facts.IntendedUse, Facts.Note, Facts.Language, Facts.FromAnswer))));
}

internal sealed record IntakeOutcome(string? ContributionId, Refusal? Refused, TimeSpan? RetryAfter)
{
    public static IntakeOutcome Done(string contributionId) => new(contributionId, null, null);

    public static IntakeOutcome Refuse(Refusal refusal, TimeSpan? retryAfter = null) => new(null, refusal, retryAfter);
}
