using Assay.Server.Chat;
using Assay.Server.Contributions;
using Assay.Server.ModelCatalog;
using Assay.Server.Runs;
using Assay.Server.Shared.Database;

namespace Assay.Server.Datanets.Reading;

/// <summary>
/// What somebody may know of: the one place that decides it. Every list, page, answer of the API, stream, export and receipt starts from these
/// queries; what they leave out is answered like what does not exist.
/// </summary>
internal static class Readable
{
    /// <summary>
    /// All but the private datanets of others; a private one for its owner, its members and the operator. An invitation into a private datanet holds
    /// for an account that was there before it: addresses are not verified, and whoever signs up with an invited one must not get in.
    /// </summary>
    public static IQueryable<DatanetRow> Datanets(AssayDb db, Viewer viewer)
    {
        var (id, isOperator) = viewer;
        return isOperator ? db.Datanets
            : id.Length == 0 ? db.Datanets.Where(row => row.Visibility != Visibility.Private)
            : db.Datanets.Where(row => row.Visibility != Visibility.Private || row.OwnerId == id || db.DatanetMembers.Any(member => member.DatanetId == row.Id
                && db.Accounts.Any(account => account.Id == id && account.EmailKey == member.EmailKey && account.CreatedAt <= member.InvitedAt)));
    }

    /// <summary>Contributions to readable datanets, and the account's own: a contributor sees and withdraws them also after leaving.</summary>
    public static IQueryable<ContributionRow> Contributions(AssayDb db, Viewer viewer)
    {
        var (id, datanets) = (viewer.AccountId, Datanets(db, viewer));
        return db.Contributions.Where(row => (id != "" && row.AccountId == id) || datanets.Any(datanet => datanet.Id == row.DatanetId));
    }

    public static IQueryable<SnapshotRow> Snapshots(AssayDb db, Viewer viewer)
    {
        var datanets = Datanets(db, viewer);
        return db.Snapshots.Where(row => datanets.Any(datanet => datanet.Id == row.DatanetId));
    }

    /// <summary>The account's own runs, while it may read every datanet that they learnt from.</summary>
    public static IQueryable<RunRow> Runs(AssayDb db, Viewer viewer)
    {
        var (id, datanets) = (viewer.AccountId, Datanets(db, viewer));
        return db.Runs.Where(row => row.OwnerId == id
            && !db.Datanets.Any(datanet => datanet.Visibility == Visibility.Private && row.Datanets.Contains(datanet.Id) && !datanets.Any(readable => readable.Id == datanet.Id)));
    }

    /// <summary>The tuned models of <see cref="Runs"/>.</summary>
    public static IQueryable<ModelVersionRow> Models(AssayDb db, Viewer viewer)
    {
        var runs = Runs(db, viewer);
        return db.ModelVersions.Where(row => runs.Any(run => run.Id == row.RunId));
    }

    /// <summary>The account's own answers, of base models and of readable tuned ones.</summary>
    public static IQueryable<AnswerRow> Answers(AssayDb db, Viewer viewer)
    {
        var (id, runs) = (viewer.AccountId, Runs(db, viewer));
        return db.Answers.Where(row => row.AccountId == id && (row.RunId == null || runs.Any(run => run.Id == row.RunId)));
    }

    /// <summary>
    /// The datanets with whose files a file of this one is compared: itself, and all others that everybody reads when it is one of them. No comparison
    /// crosses the border of a private datanet, so none tells what lies on the other side.
    /// </summary>
    public static IQueryable<DatanetRow> Compared(AssayDb db, string datanetId) => db.Datanets.Where(row => row.Id == datanetId
        || (row.Visibility != Visibility.Private && db.Datanets.Any(own => own.Id == datanetId && own.Visibility != Visibility.Private)));
}
