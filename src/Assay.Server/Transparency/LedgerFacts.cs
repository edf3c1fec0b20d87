using System.Security.Cryptography;
using System.Text;
using Assay.Ledger.Entries;
using Assay.Server.Access;
using Assay.Server.Accounts;
using Assay.Server.Chat;
using Assay.Server.Contributions;
using Assay.Server.Datanets;
using Assay.Server.Datanets.Reading;
using Assay.Server.Exports;
using Assay.Server.Runs;

namespace Assay.Server.Transparency;

/// <summary>What the ledger says of each event of the platform: hashes and ids, never content, names or addresses. Of a private datanet also its licences, purpose and terms stand there only as salted hashes.</summary>
internal static class LedgerFacts
{
    /// <summary>Version of this program, as runs and the genesis entry record it.</summary>
    public static string Code { get; } = "assay " + typeof(LedgerFacts).Assembly.GetName().Version!.ToString(3);

    public static KeyEntry NewKey(AccountRow account, DateTimeOffset now)
    {
        using var key = AccountKey.FromSeed(account.SigningKey);
        var statement = Statement.Key(account.Id, key.PublicKey, KeyEntry.New, ++account.Nonce);
        return new KeyEntry(account.Id, key.PublicKey, KeyEntry.New, key.Sign(statement)) { Timestamp = At(now) };
    }

    public static DatanetEntry Datanet(DatanetRow row, AccountRow owner, DateTimeOffset now)
    {
        using var key = AccountKey.FromSeed(owner.SigningKey);
        var unsigned = new DatanetEntry(row.Id, row.Revision, row.Kind, row.State, Sha256Of(row, row.Purpose),
            IsPrivate(row) ? [.. row.LicenceList.Select(licence => Commitment.OfText(row.Salt, licence))] : row.LicenceList, owner.Id, "");
        return unsigned with { Signature = key.Sign(Statement.Datanet(unsigned, ++owner.Nonce)), Timestamp = At(now) };
    }

    /// <remarks>The operation id is a salted hash: the idempotency key is the client's own text.</remarks>
    /// <param name="from">Ledger index of the answer that the file corrects.</param>
    public static ContribEntry Contribution(ContributionRow row, DatanetRow datanet, AccountRow contributor, long? from)
    {
        using var key = AccountKey.FromSeed(contributor.SigningKey);
        var commit = Commitment.OfContent(row.Salt, Convert.FromHexString(row.Sha256));
        var licence = IsPrivate(datanet) ? Commitment.OfText(row.Salt, row.Licence) : row.Licence;
        var statement = Statement.Contribute(contributor.Id, row.DatanetId, commit, licence, ++contributor.Nonce);
        return new ContribEntry(contributor.Id, row.DatanetId, commit, row.Bytes, datanet.Kind, row.Type, licence, Commitment.OfText(row.Salt, row.Op), key.Sign(statement))
        {
            From = from,
            Import = row.ImportId,
            Timestamp = At(row.ReceivedAt),
        };
    }

    public static SnapshotEntry Snapshot(SnapshotRow row, string clusters) =>
        new(row.DatanetId, row.Number, row.Contributions, row.Records, row.RecordsRoot, clusters) { Timestamp = At(row.CreatedAt) };

    public static AccessEntry Access(AccessRow row, DatanetRow datanet, string action, DateTimeOffset now) =>
        new(row.DatanetId, row.AccountId, action, Sha256Of(datanet, row.Terms), Sha256Of(datanet, row.Purpose), row.Until?.ToUnixTimeMilliseconds()) { Timestamp = At(now) };

    /// <param name="snapshots">Ledger indices of the snapshots.</param>
    /// <param name="holdOutRoot">Root over the held-out records.</param>
    public static RunEntry Run(RunRow row, IReadOnlyList<long> snapshots, string holdOutRoot, int seed, string state, DateTimeOffset now) =>
        new(row.Id, row.Base, snapshots, holdOutRoot, Sha256(row.Settings), seed.ToString(System.Globalization.CultureInfo.InvariantCulture), Code, state,
            row.AdapterSha256)
        { Timestamp = At(now) };

    public static ModelEntry PublishedModel(string name, string runId, DateTimeOffset now) =>
        new(ModelId(name), 1, ModelEntry.Publish, runId) { Timestamp = At(now) };

    public static ExportEntry Export(ExportRow row, string sums, string verdict, DateTimeOffset now) =>
        new(row.RunId, row.Type is null ? row.Format : $"{row.Format}-{row.Type}", sums, verdict) { Timestamp = At(now) };

    public static InferEntry Answer(AnswerRow row, string prompt)
    {
        // Free allowance: fees and payer epochs come with the book; the pseudonym changes with every answer's salt.
        var payer = Convert.ToHexStringLower(SHA256.HashData([.. "assay/payer/v1\0"u8, .. row.Salt, .. Encoding.UTF8.GetBytes(row.AccountId)]));
        return new InferEntry(row.Id, ModelId(row.Model), 1, Commitment.OfText(row.Salt, prompt), Commitment.OfText(row.Salt, row.Text),
            row.PromptTokens, row.CompletionTokens, 0, payer, InferEntry.Granted)
        {
            BitsBase = row.BaseMillibits,
            BitsTuned = row.TunedMillibits,
            Timestamp = At(row.CreatedAt),
        };
    }

    /// <summary>A model's id follows from its name, which is unique here.</summary>
    public static string ModelId(string name) => "m_" + Sha256("assay/model/v1\0" + name)[..16];

    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static bool IsPrivate(DatanetRow datanet) => datanet.Visibility == Visibility.Private;

    /// <summary>The hash of a text; with the datanet's salt while it is private, so that guesses cannot be tried out on the ledger.</summary>
    private static string Sha256Of(DatanetRow datanet, string text) => IsPrivate(datanet) ? Commitment.OfText(datanet.Salt, text) : Sha256(text);

    private static long At(DateTimeOffset now) => now.ToUnixTimeMilliseconds();
}
