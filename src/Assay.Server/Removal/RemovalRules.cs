using Assay.Ledger.Entries;
using Assay.Server.Contributions;
using Assay.Server.Shared;

namespace Assay.Server.Removal;

/// <summary>Who may remove what, and the public reasons. Pure.</summary>
internal static class RemovalRules
{
    /// <summary>The reason codes of each kind; the first is the default. They stand on the ledger.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Reasons { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        [RemoveEntry.Withdraw] = ["contributor_request"],
        [RemoveEntry.Takedown] = ["law", "personal_data", "licence", "policy"],
        [RemoveEntry.Void] = ["plagiarism", "forged_licence", "fraud"],
    };

    /// <summary>What a person may do to a file: withdraw the own one, take down what lies in the own datanet or anything as operator, void as operator.</summary>
    public static IEnumerable<string> Allowed(ContributionRow row, string accountId, bool isOwner, bool isOperator)
    {
        if (row.Removal is null && row.AccountId == accountId)
        {
            yield return RemoveEntry.Withdraw;
        }

        if (row.Removal is null && (isOwner || isOperator))
        {
            yield return RemoveEntry.Takedown;
        }

        if (row.Removal != RemoveEntry.Void && isOperator)
        {
            yield return RemoveEntry.Void; // also afterwards: withdrawing does not erase the evidence
        }
    }

    /// <summary>Why a removal is refused; null when it is not.</summary>
    public static Refusal? Refuse(ContributionRow row, string kind, string reason, IEnumerable<string> allowed) =>
        !Reasons.TryGetValue(kind, out var reasons) ? Refusal.Invalid($"kind is '{kind}'; it may be {string.Join(", ", Reasons.Keys)}.")
        : !reasons.Contains(reason) ? Refusal.Invalid($"reason is '{reason}'; for {kind} it may be {string.Join(", ", reasons)}.")
        : allowed.Contains(kind) ? null
        : row.Removal == RemoveEntry.Void || (row.Removal is not null && kind != RemoveEntry.Void) ? Refusal.Conflict("removed", "This file was removed before.")
        : Refusal.Forbidden(kind switch
        {
            RemoveEntry.Withdraw => "Only its contributor withdraws a file. The datanet's owner or the operator takes it down.",
            RemoveEntry.Takedown => "Only the datanet's owner or the operator takes a file down.",
            _ => "Only the operator voids a file.",
        });
}
