using Assay.Ledger.Entries;

namespace Assay.Ledger.Tests.Entries;

/// <summary>One or more entries of every type, with every optional member once present and once absent.</summary>
internal static class EntryFixtures
{
    private const string Account = "a_3f9c1d2e4b5a6978";
    private const string Datanet = "d_00112233445566aa";
    private const string Model = "m_0123456789abcdef";

    private static readonly string Hash = new('a', 64);
    private static readonly string Key = Convert.ToBase64String(new byte[32]);
    private static readonly string Signature = Convert.ToBase64String(new byte[64]);

    public static IReadOnlyList<LedgerEntry> All { get; } = [.. Untimed().Select(entry => entry with { Timestamp = 1_795_305_600_000 })];

    private static IEnumerable<LedgerEntry> Untimed() =>
    [
        new GenesisEntry(Vectors.Origin, Vectors.Vkey, Hash, "0.1.0"),
        new KeyEntry(Account, Key, KeyEntry.New, Signature),
        new KeyEntry(Account, Key, KeyEntry.Rotate, Signature, Key, Signature),
        new PolicyEntry(PolicyEntry.Rules, Hash, new DateOnly(2026, 11, 22)),
        new DatanetEntry(Datanet, 1, "text", "open", Hash, ["CC-BY-4.0", "CC0-1.0"], Account, Signature),
        new CommitEntry(Account, Hash),
        new ContribEntry(Account, Datanet, Hash, 58, "text", "txt", "CC-BY-4.0", "8d9f2f6e", Signature),
        new ContribEntry(Account, Datanet, Hash, 58, "text", "txt", "CC-BY-4.0", "8d9f2f6e", Signature) { Units = 1, UnitsRoot = Hash, Reveal = 5, From = 6 },
        new VerdictEntry(6, 1, VerdictEntry.Accepted, 1000, Hash, 3, VerdictEntry.Auto) { Units = 1, UnitsRoot = Hash },
        new VerdictEntry(6, 2, VerdictEntry.Rejected, 0, Hash, 3, VerdictEntry.Owner),
        new SnapshotEntry(Datanet, 1, 20, 80, Hash, Hash),
        new SnapshotEntry(Datanet, 1, 20, 80, Hash, Hash, Hash),
        new AccessEntry(Datanet, Account, AccessEntry.Request, Hash, Hash),
        new AccessEntry(Datanet, Account, AccessEntry.Grant, Hash, Hash, 1_795_305_600_000),
        new RunEntry("r_0123456789abcdef", "starter/1", [], Hash, Hash, "18446744073709551615", "0.1.0", "started"),
        new RunEntry("r_0123456789abcdef", "starter/1", [9, 10], Hash, Hash, "42", "0.1.0", "done", Hash),
        new ModelEntry(Model, 1, ModelEntry.Publish),
        new ModelEntry(Model, 2, ModelEntry.SetAlias, "r_0123456789abcdef", "latest"),
        new InferEntry("i_0123456789abcdef", Model, 1, Hash, Hash, 12, 34, 0, Hash, InferEntry.Granted),
        new InferEntry("i_0123456789abcdef", Model, 1, Hash, Hash, 12, 34, 80, Hash, InferEntry.Funded) { BitsBase = 123_456, BitsTuned = 100_000 },
        new RemoveEntry(6, RemoveEntry.Withdraw, "owner asked: é, ü, 要求", Account),
        new VotesEntry(6, 1, 3, 2, Hash),
        new ExportEntry("r_0123456789abcdef", "gguf-q8_0", Hash, ExportEntry.Pass),
    ];
}
