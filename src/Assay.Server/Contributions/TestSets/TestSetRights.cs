using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.TestSets;

/// <summary>Who decides on test sets: a datanet's owner on those of the datanet, the operator on all.</summary>
internal static class TestSetRights
{
    /// <param name="db">Reads whose the datanet is.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="datanetId">Null: the sets that hold for every datanet.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static async Task<Refusal?> RefuseAsync(AssayDb db, CurrentUser user, string? datanetId, CancellationToken cancel)
    {
        var owner = datanetId is null ? null : await Readable.Datanets(db, user.Viewer).Where(row => row.Id == datanetId).Select(row => row.OwnerId).FirstOrDefaultAsync(cancel);
        return datanetId is not null && owner is null ? Refusal.NotFound("datanet", datanetId)
            : user.Is(Roles.Operator) || (owner is not null && owner == user.Id) ? null
            : Refusal.Forbidden("Only a datanet's owner registers and removes test sets for it, and only the operator for all.");
    }
}
