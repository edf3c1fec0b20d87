using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Data.Validation.Texts;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.PersonalData;

/// <summary>GET /api/v1/rules/patterns: every set of the operator's patterns that files were judged with, the newest first. Public like the rules, since a decision that names a set can only be made again with it.</summary>
internal static class ReadPatterns
{
    public static void Map(RouteGroupBuilder group) => group.MapGet("/rules/patterns", async Task<Ok<Page<PatternSetView>>> (AssayDb db, PatternSets sets, CancellationToken cancel) =>
        TypedResults.Ok(new Page<PatternSetView>(await AllAsync(db, sets, cancel))));

    private static async Task<IReadOnlyList<PatternSetView>> AllAsync(AssayDb db, PatternSets sets, CancellationToken cancel) =>
    [
        .. (await db.PiiPatternSets.AsNoTracking().ToListAsync(cancel)).OrderByDescending(row => row.Hash == sets.InForce.Hash).ThenByDescending(row => row.Since).ThenBy(row => row.Hash, StringComparer.Ordinal)
            .Select(row => new PatternSetView(row.Hash, row.Since, row.Hash == sets.InForce.Hash, [.. PiiPatternSet.Parse(row.Patterns).Patterns.Select(ToView)])),
    ];

    private static PatternView ToView(PiiPattern pattern) =>
        new(pattern.Name, pattern.Pattern, pattern.IgnoreCase, Word(pattern.UnderMask), Word(pattern.UnderRefuse), Word(pattern.UnderAllow));

    private static string Word(PiiEffect effect) => effect.ToString().ToLowerInvariant();
}
