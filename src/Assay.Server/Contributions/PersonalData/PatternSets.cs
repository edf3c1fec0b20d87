using Assay.Data.Validation.Texts;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Contributions.PersonalData;

/// <summary>The operator's patterns in force, and every set that a decision rests on.</summary>
internal sealed class PatternSets(IOptions<PiiOptions> options)
{
    private readonly Lazy<PiiPatternSet> _inForce = new(() => PiiPatternSet.Of(options.Value.ToPatterns()));
    private Dictionary<string, PiiPatternSet> _kept = [];

    /// <summary>What files are judged with from now on.</summary>
    public PiiPatternSet InForce => _inForce.Value;

    /// <summary>A set by its hash; null when none was ever in force under it. Null asks for no patterns.</summary>
    public PiiPatternSet? Find(string? hash) => hash is null ? PiiPatternSet.None : _kept.GetValueOrDefault(hash);

    /// <summary>A set that a row names.</summary>
    /// <exception cref="InvalidOperationException">It is not kept: the database was changed by something else.</exception>
    public PiiPatternSet Of(string? hash) => Find(hash) ?? throw new InvalidOperationException($"The set of patterns {hash} that a record is masked by is not kept.");

    /// <summary>Keeps the set in force, and reads those kept: sets are only added here, so one reading holds as long as this process.</summary>
    /// <param name="db">Written to directly: nothing is served yet.</param>
    /// <param name="serving">Whether this process judges files; a command beside the server does not.</param>
    /// <param name="now">When the set in force began.</param>
    /// <param name="cancel">Before the write.</param>
    public async Task PrepareAsync(AssayDb db, bool serving, DateTimeOffset now, CancellationToken cancel)
    {
        if (serving && InForce.Patterns.Count > 0 && !await db.PiiPatternSets.AnyAsync(row => row.Hash == InForce.Hash, cancel))
        {
            db.PiiPatternSets.Add(new PiiPatternSetRow { Hash = InForce.Hash, Patterns = InForce.Text, Since = now });
            await db.SaveChangesAsync(cancel);
        }

        _kept = await db.PiiPatternSets.AsNoTracking().ToDictionaryAsync(row => row.Hash, row => PiiPatternSet.Parse(row.Patterns), cancel);
    }
}
