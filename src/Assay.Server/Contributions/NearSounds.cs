using Assay.Data.Duplicates;
using Assay.Data.FileTypes;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>Finds the earlier clip of a datanet that most of a new one is in: equal sub-prints for candidates, the whole prints to confirm.</summary>
internal static class NearSounds
{
    /// <summary>Sub-prints asked for in one query.</summary>
    private const int Asked = 2_000;

    public static async Task<NoveltyResult> FindAsync(AssayDb db, ContributionRow row, InspectedSound sound, CancellationToken cancel)
    {
        var print = AudioPrint.FromBytes(sound.Print);
        if (print.Prints.IsEmpty)
        {
            return new NoveltyResult(MediaNoveltyRule.NotCompared(DatanetKind.Audio, sound.Decoded
                ? "the clip is too short for a fingerprint, and no earlier one has the same samples."
                : "MP3 is not decoded, and no earlier clip has the same frames."), [(1000, null)], null);
        }

        AudioOverlap? best = null;
        string? nearest = null;
        foreach (var clip in (await CandidatesAsync(db, row, print, cancel)).GroupBy(candidate => candidate.Clip))
        {
            var other = AudioPrint.FromBytes(await db.Sounds.AsNoTracking().Where(stored => stored.ContributionId == clip.Key).Select(stored => stored.Print).FirstAsync(cancel));
            foreach (var (_, shift) in clip)
            {
                var overlap = print.Overlap(other, shift);
                if (overlap.Permille > (best?.Permille ?? 0))
                {
                    (best, nearest) = (overlap, clip.Key);
                }
            }
        }

        if (best is null)
        {
            return new NoveltyResult(MediaNoveltyRule.ScoreSound(null, null), [(1000, null)], null);
        }

        var name = await db.Contributions.Where(other => other.Id == nearest).Select(other => other.FileName).FirstAsync(cancel);
        var record = await db.Records.Where(other => other.ContributionId == nearest).Select(other => (long?)other.Id).FirstOrDefaultAsync(cancel);
        var finding = MediaNoveltyRule.ScoreSound(best, $"'{name}'");
        return new NoveltyResult(finding, [(finding.Score ?? 1000, finding.Score < 1000 ? record : null)], nearest) { Overlaps = [new Overlap(finding.Rule, 0, nearest!, null)] };
    }

    /// <summary>What two clips of the index share, at the shift that most of the one is in; null when one is not there or nothing is shared.</summary>
    public static async Task<AudioOverlap?> OverlapAsync(AssayDb db, string one, string other, CancellationToken cancel)
    {
        var prints = await db.Sounds.AsNoTracking().Where(row => row.ContributionId == one || row.ContributionId == other).ToDictionaryAsync(row => row.ContributionId, row => AudioPrint.FromBytes(row.Print), cancel);
        if (!prints.TryGetValue(one, out var mine) || !prints.TryGetValue(other, out var theirs))
        {
            return null;
        }

        var asked = AudioPrintKeys.Asked(mine);
        var hits = AudioPrintKeys.Stored(theirs).Where(entry => asked.ContainsKey(entry.Hash)).Select(entry => (entry.Hash, other, entry.Position)).ToList();
        return AudioPrintKeys.Candidates(asked, hits).Select(candidate => (AudioOverlap?)mine.Overlap(theirs, candidate.Shift)).MaxBy(overlap => overlap!.Value.Permille) is { Permille: > 0 } most ? most : null;
    }

    /// <summary>Adds a clip to the index. A rejected one is there, too, and is passed over: people may accept it later.</summary>
    public static void Add(AssayDb rows, ContributionRow row, InspectedSound sound)
    {
        var print = AudioPrint.FromBytes(sound.Print);
        if (print.Prints.IsEmpty)
        {
            return;
        }

        rows.Sounds.Add(new SoundRow { ContributionId = row.Id, DatanetId = row.DatanetId, Print = sound.Print });
        rows.SoundPrints.AddRange(AudioPrintKeys.Stored(print).Select(entry =>
            new SoundPrintRow { DatanetId = row.DatanetId, Hash = entry.Hash, ContributionId = row.Id, Position = entry.Position }));
    }

    private static async Task<IReadOnlyList<(string Clip, int Shift)>> CandidatesAsync(AssayDb db, ContributionRow row, AudioPrint print, CancellationToken cancel)
    {
        var asked = AudioPrintKeys.Asked(print);
        var hits = new List<(uint Hash, string Clip, int Position)>();
        foreach (var hashes in asked.Keys.Select(hash => (long)hash).Chunk(Asked))
        {
            var found = await db.SoundPrints.AsNoTracking()
                .Where(other => other.DatanetId == row.DatanetId && EF.Parameter(hashes).Contains(other.Hash) && other.ContributionId != row.Id
                    && db.Contributions.Any(file => file.Id == other.ContributionId && file.State != ContributionState.Rejected))
                .Select(other => new { other.Hash, other.ContributionId, other.Position }).ToListAsync(cancel);
            hits.AddRange(found.Select(hit => ((uint)hit.Hash, hit.ContributionId, hit.Position)));
        }

        return AudioPrintKeys.Candidates(asked, hits);
    }
}
