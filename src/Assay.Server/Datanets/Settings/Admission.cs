using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Settings;

/// <summary>Whether a datanet takes files of an account: its invitations and its questions.</summary>
internal static class Admission
{
    /// <summary>Why it does not; null when it does. The owner is always admitted. Whether the account may know of the datanet is asked before.</summary>
    public static async Task<Refusal?> RefuseAsync(AssayDb db, DatanetRow datanet, string accountId, CancellationToken cancel)
    {
        if (datanet.OwnerId == accountId)
        {
            return null;
        }

        if (datanet.Visibility != Visibility.Public && !await db.DatanetMembers.AnyAsync(row => row.DatanetId == datanet.Id && row.Role == DatanetMemberRow.Contributor
            && db.Accounts.Any(account => account.Id == accountId && account.EmailKey == row.EmailKey), cancel))
        {
            return new Refusal(StatusCodes.Status403Forbidden, "not_invited", $"The datanet '{datanet.Name}' takes files of invited people only. Ask its owner.");
        }

        return datanet.Quiz is not null && !await db.QuizAttempts.AnyAsync(row => row.DatanetId == datanet.Id && row.AccountId == accountId && row.Passed, cancel)
            ? new Refusal(StatusCodes.Status403Forbidden, "quiz", $"The datanet '{datanet.Name}' asks a few questions before the first file: /datanets/{datanet.Id}/quiz.")
            : null;
    }
}
