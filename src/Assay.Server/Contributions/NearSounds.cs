using Assay.Data.Duplicates;
using Assay.Data.FileTypes;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>Finds the earlier clip of a datanet that most of a new one is in: equal sub-prints for candidates, the whole prints to confirm.</summary>
internal static class NearSounds
{
    /// <summary>Of the stored sub-prints each second is indexed: neighbours, 11.6 ms apart, are nearly equal.</summary>
    private const int Stride = 2;

    /// <summary>Places looked at in full; the right one has the most equal sub-prints by far.</summary>
    private const int MaxCandidates = 40;

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
        foreach (var (contribution, shifts) in await CandidatesAsync(db, row, print, cancel))
        {
            var stored = await db.Sounds.AsNoTracking().Where(other => other.ContributionId == contribution).Select(other => other.Print).FirstAsync(cancel);
            var other = AudioPrint.FromBytes(stored);
            foreach (var shift in shifts)
            {
                var overlap = print.Overlap(other, shift);
                if (overlap.Permille > (best?.Permille ?? 0))
                {
                    (best, nearest) = (overlap, contribution);
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
        return new NoveltyResult(finding, [(finding.Score ?? 1000, finding.Score < 1000 ? record : null)], nearest);
    }

    /// <summary>Adds a clip to the index. A rejected one is there, too, and is passed over: people may accept it later.</summary>
    public static void Add(AssayDb rows, ContributionRow row, InspectedSound sound)
    {
        var prints = AudioPrint.FromBytes(sound.Print).Prints;
        if (prints.IsEmpty)
        {
            return;
        }

        rows.Sounds.Add(new SoundRow { ContributionId = row.Id, DatanetId = row.DatanetId, Print = sound.Print });
        var seen = new HashSet<uint> { 0 }; // 0 is silence
        for (var at = 0; at < prints.Length; at += Stride)
        {
            if (seen.Add(prints[at]))
            {
                rows.SoundPrints.Add(new SoundPrintRow { DatanetId = row.DatanetId, Hash = prints[at], ContributionId = row.Id, Position = at });
            }
        }
    }

    /// <summary>The clips and shifts that most equal sub-prints speak for.</summary>
    private static async Task<List<(string Contribution, List<int> Shifts)>> CandidatesAsync(AssayDb db, ContributionRow row, AudioPrint print, CancellationToken cancel)
    {
        var places = new Dictionary<long, int>();
        for (var at = 0; at < print.Prints.Length; at++)
        {
            if (print.Prints[at] != 0)
            {
                places.TryAdd(print.Prints[at], at);
            }
        }

        var votes = new Dictionary<(string Contribution, int Shift), int>();
        foreach (var hashes in places.Keys.Chunk(Asked))
        {
            var found = await db.SoundPrints.AsNoTracking()
                .Where(other => other.DatanetId == row.DatanetId && EF.Parameter(hashes).Contains(other.Hash) && other.ContributionId != row.Id
                    && db.Contributions.Any(file => file.Id == other.ContributionId && file.State != ContributionState.Rejected))
                .Select(other => new { other.Hash, other.ContributionId, other.Position }).ToListAsync(cancel);
            foreach (var hit in found)
            {
                var key = (hit.ContributionId, hit.Position - places[hit.Hash]);
                votes[key] = votes.GetValueOrDefault(key) + 1;
            }
        }

        return [.. votes.OrderByDescending(vote => vote.Value).ThenBy(vote => vote.Key.Contribution, StringComparer.Ordinal).ThenBy(vote => vote.Key.Shift).Take(MaxCandidates)
            .GroupBy(vote => vote.Key.Contribution).Select(group => (group.Key, group.Select(vote => vote.Key.Shift).ToList()))];
    }
}
