using System.Text;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Chat;
using Assay.Data.Records;
using Assay.Data.Validation;
using Assay.Ledger.Entries;
using Assay.Ledger.Tree;
using Assay.Server.Review;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Contributions.Passages;
using Assay.Server.Contributions.PersonalData;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Contributions;

/// <summary>Turns a worker's inspection into a decision: novelty from the index, the score, one write with the verdict's ledger entry.</summary>
internal sealed class DecideContribution(IDbContextFactory<AssayDb> reader, DbWriter writer, BlobStore blobs, LedgerSequencer ledger,
    IOptions<ReviewOptions> review, PatternSets patterns, TimeProvider clock)
{
    /// <summary>A worker reports what it found. False: its lease is stale, nothing was written.</summary>
    public async Task<bool> InspectedAsync(long job, long token, Stream body, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var held = await JobQueue.HeldAsync(db, job, token, cancel);
        if (held is not { Kind: "validate" })
        {
            return false;
        }

        var inspection = (await JsonSerializer.DeserializeAsync<Inspection>(body, InspectionJson.Options, cancel))!;
        return patterns.Find(inspection.PatternSet) is not null && await DecideAsync(held.Subject, inspection, (job, token), cancel); // a set that was never in force cannot be replayed
    }

    /// <summary>The parser died on every attempt: the file is decided without having been read.</summary>
    public async Task UnreadableAsync(string contributionId, string reason, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var row = await db.Contributions.AsNoTracking().FirstAsync(contribution => contribution.Id == contributionId, cancel);
        await using var stream = blobs.OpenRead(row.Sha256);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancel);
        await DecideAsync(contributionId, ValidationPipeline.Unsafe(content.ToArray(), row.FileName, reason), null, cancel);
    }

    private async Task<bool> DecideAsync(string contributionId, Inspection inspection, (long Job, long Token)? lease, CancellationToken cancel)
    {
        bool? written;
        while ((written = await TryDecideAsync(contributionId, inspection, lease, cancel)) is null)
        {
            // A file was removed while this one was compared with it: the findings must not quote it.
        }

        return written.Value;
    }

    /// <returns>Whether it was written; null when it is to be decided anew.</returns>
    private async Task<bool?> TryDecideAsync(string contributionId, Inspection inspection, (long Job, long Token)? lease, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var removals = await db.Removals.CountAsync(cancel);
        var row = await db.Contributions.AsNoTracking().FirstAsync(contribution => contribution.Id == contributionId, cancel);
        var datanet = await db.Datanets.AsNoTracking().FirstAsync(other => other.Id == row.DatanetId, cancel);
        var novelty = await Novelty.FindAsync(db, row, inspection, cancel);
        var report = ValidationReport.Decide(inspection.Findings, new ValidationPolicy { Accept = datanet.Accept }, novelty.All());
        var stored = JsonSerializer.Serialize(new StoredReport(report, novelty.Related, novelty.Sources, inspection.PatternSet), InspectionJson.Options);
        var extraction = inspection.Extraction is null ? null : await KeepAsync(Encoding.UTF8.GetBytes(inspection.Extraction.Text), cancel);
        var preview = inspection.Picture is null ? null : await KeepAsync(inspection.Picture.Preview, cancel);
        var index = await ledger.IndexOfAsync(row.EntryId, cancel);
        var rules = await ledger.RulesIndexAsync(cancel);
        var units = inspection.UnitLeaves;
        var passages = PassageIndex.SamplesOf(inspection);
        var (state, opens) = ReviewCases.AfterRules(StateOf(report.Decision), datanet.Approval, row.AccountId == datanet.OwnerId);
        var seed = AssignmentRules.NewSeed();
        var now = clock.GetUtcNow();

        var written = await writer.WriteAsync<bool?>(async (rows, stop) =>
        {
            if (await rows.Removals.CountAsync(stop) != removals)
            {
                return null;
            }

            if (lease is { } held)
            {
                var job = await JobQueue.HeldAsync(rows, held.Job, held.Token, stop);
                if (job is null)
                {
                    return false;
                }

                job.State = JobState.Done;
            }

            var current = await rows.Contributions.FirstAsync(contribution => contribution.Id == contributionId, stop);
            if (current.DecidedAt is not null || current.Removal is not null)
            {
                return true; // a repeated report of the same decision, or nothing left to decide on
            }

            var entry = rows.Append(new VerdictEntry(index, 1, Word(state), report.Score.Score, LedgerFacts.Sha256(stored), rules, VerdictEntry.Auto)
            {
                Units = units.Count,
                UnitsRoot = units.Aggregate(RightEdge.Empty, (edge, leaf) => edge.Append(Convert.FromHexString(leaf))).Root.ToString(),
                Timestamp = now.ToUnixTimeMilliseconds(),
            });
            AddRecords(rows, current, inspection, novelty);
            rows.Overlaps.AddRange(novelty.Overlaps.DistinctBy(overlap => (overlap.Rule, overlap.Ordinal)).Select(overlap =>
                new OverlapRow { ContributionId = current.Id, Rule = overlap.Rule, Ordinal = overlap.Ordinal, OtherId = overlap.OtherId, OtherRecordId = overlap.OtherRecord }));
            await rows.SaveChangesAsync(stop); // ids of the entry and the records
            current.State = state;
            current.Score = report.Score.Score;
            current.Report = stored;
            current.TextSha256 = inspection.NormalisedSha256.Length > 0 ? inspection.NormalisedSha256 : null;
            current.ExtractionSha256 = extraction;
            current.PreviewSha256 = preview;
            current.DecidedAt = now;
            current.VerdictEntryId = entry.Id;
            if ((opens ?? await Audits.DrawAsync(rows, current, seed, review.Value, stop)) is { } kind)
            {
                await ReviewCases.OpenAsync(rows, current, kind, now, stop, seed: kind == ReviewKind.Audit ? seed : null);
            }

            if (current.State != ContributionState.Rejected)
            {
                // Rejected text stays out of the index: its repaired version must not count as a copy of it.
                await AddBandsAsync(rows, current, inspection, passages, stop);
            }

            Novelty.Add(rows, current, inspection);

            return true;
        }, cancel);
        ledger.Wake();
        return written;
    }

    private static ContributionState StateOf(ContributionDecision decision) => decision switch
    {
        ContributionDecision.Accepted => ContributionState.Accepted,
        ContributionDecision.Review => ContributionState.Review,
        _ => ContributionState.Rejected,
    };

    private static string Word(ContributionState state) => state switch
    {
        ContributionState.Accepted => VerdictEntry.Accepted,
        ContributionState.Review => VerdictEntry.Review,
        _ => VerdictEntry.Rejected,
    };

    private static void AddRecords(AssayDb rows, ContributionRow row, Inspection inspection, NoveltyResult novelty)
    {
        foreach (var (record, (score, nearest)) in inspection.Reading.Records.Zip(novelty.Records))
        {
            rows.Records.Add(new RecordRow
            {
                ContributionId = row.Id,
                DatanetId = row.DatanetId,
                Ordinal = record.Index,
                Prompt = record.Turns.FirstOrDefault(turn => turn.Role == TurnRole.User)?.Text ?? "",
                Text = record.Turns[^1].Text,
                Turns = record.Form == RecordForm.Conversation
                    ? JsonSerializer.Serialize(record.Turns.Select(turn => new ChatTurn(turn.Role.ToString().ToLowerInvariant(), turn.Text)), AssayJson.Options)
                    : null,
                Start = record.Start,
                End = record.End,
                Novelty = score,
                NearestRecord = nearest,
                PatternSet = inspection.PatternSet,
            });
        }
    }

    private static async Task AddBandsAsync(
        AssayDb rows, ContributionRow row, Inspection inspection, Dictionary<int, IReadOnlyList<ulong>> passages, CancellationToken stop)
    {
        var records = await rows.Records.Where(record => record.ContributionId == row.Id).ToDictionaryAsync(record => record.Ordinal, record => record.Id, stop);
        PassageIndex.Add(rows, passages, records, await PassageMask.OfAsync(rows, row.DatanetId, stop));
        foreach (var (record, signature) in inspection.Reading.Records.Zip(inspection.Signatures))
        {
            foreach (var band in signature.Bands.Distinct())
            {
                rows.Bands.Add(new BandRow { DatanetId = row.DatanetId, Hash = unchecked((long)band), RecordId = records[record.Index] });
            }
        }
    }

    private async Task<string> KeepAsync(byte[] content, CancellationToken cancel)
    {
        using var stream = new MemoryStream(content);
        var staged = await blobs.StageAsync(stream, stream.Length, cancel);
        blobs.Keep(staged!);
        return staged!.Sha256;
    }
}

/// <summary>The report as it is stored and hashed into the verdict.</summary>
/// <param name="Related">The contribution whose records are nearest.</param>
/// <param name="Sources">The contribution that a finding of this rule names first.</param>
/// <param name="Patterns">Hash of the operator's patterns that the file was searched with; null when there were none.</param>
internal sealed record StoredReport(ValidationReport Report, string? Related, IReadOnlyDictionary<string, string>? Sources = null, string? Patterns = null);
