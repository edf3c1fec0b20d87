using Assay.Ledger.Replay;
using Assay.Server.Contributions;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>Accepted files that people look at again, drawn at random: more of those whose contributor has not shown much yet.</summary>
internal static class Audits
{
    private const long Half = WilsonBound.Scale / 2;

    /// <summary>Share of a contributor's accepted files that is audited. Pure.</summary>
    /// <param name="accepted">Accepted files.</param>
    /// <param name="decided">Accepted and rejected files.</param>
    public static double ShareOf(int accepted, int decided, ReviewOptions rules) =>
        (decided == 0 ? 0 : WilsonBound.Of(accepted, decided)) < Half ? rules.AuditShareUnproven : rules.AuditShare;

    /// <summary>Whether a file that the rules just accepted is audited; null when not, or when it was not accepted.</summary>
    public static async Task<ReviewKind?> DrawAsync(AssayDb db, ContributionRow row, long seed, ReviewOptions rules, CancellationToken stop)
    {
        if (row.State != ContributionState.Accepted)
        {
            return null;
        }

        var earlier = await db.Contributions.Where(other => other.AccountId == row.AccountId && other.Id != row.Id
                && (other.State == ContributionState.Accepted || other.State == ContributionState.Rejected))
            .Select(other => other.State == ContributionState.Accepted && other.Removal != "void").ToListAsync(stop);
        return AssignmentRules.IsAudited(seed, ShareOf(earlier.Count(accepted => accepted), earlier.Count, rules)) ? ReviewKind.Audit : null;
    }
}
