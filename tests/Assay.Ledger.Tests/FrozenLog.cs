using System.Security.Cryptography;
using Assay.Ledger.Entries;

namespace Assay.Ledger.Tests;

/// <summary>The thousand entries of <c>tests/goldens/ledger-1000</c>, always the same: three accounts of different care, reviews, appeals and voids.</summary>
internal static class FrozenLog
{
    public const int Size = 1000;

    private const string Datanet = "d_00112233445566aa";
    private const long Start = 1_795_305_600_000;

    public static IReadOnlyList<LedgerEntry> Entries { get; } = [.. Enumerable.Range(0, Size).Select(index => Entry(index) with { Timestamp = Start + (index * 60_000L) })];

    private static LedgerEntry Entry(int index) => index switch
    {
        0 => new GenesisEntry(Vectors.Origin, Vectors.Vkey, Hash(index), "0.1.0"),
        1 => new PolicyEntry(PolicyEntry.Rules, Hash(index), new DateOnly(2026, 11, 22)),
        2 => new KeyEntry(Account(0), Convert.ToBase64String(SHA256.HashData([2])), KeyEntry.New, Signature(index)),
        3 => new DatanetEntry(Datanet, 1, "text", "open", Hash(index), ["CC-BY-4.0"], Account(0), Signature(index)),
        _ when index % 2 == 0 => new ContribEntry(Account(index / 2 % 3), Datanet, Hash(index), 1000 + index, "text", "md", "CC-BY-4.0", $"op-{index}", Signature(index)),
        _ when index % 101 == 0 => new RemoveEntry(index - 51, RemoveEntry.Void, "copied", Account(0)),
        _ when index % 35 == 0 => new VerdictEntry(index - 21, 2, VerdictEntry.Accepted, 700, Hash(index), 1, VerdictEntry.Owner),
        _ => new VerdictEntry(index - 1, 1, Result(index), index * 37 % 1001, Hash(index), 1, VerdictEntry.Auto),
    };

    private static string Result(int index) => (index * 7919 % 100) switch
    {
        < 5 => VerdictEntry.Review,
        var draw when draw < 15 + (index / 2 % 3 * 15) => VerdictEntry.Rejected,
        _ => VerdictEntry.Accepted,
    };

    private static string Account(int number) => $"a_{number:x16}";

    private static string Hash(int index) => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(index)));

    private static string Signature(int index) => Convert.ToBase64String(SHA512.HashData(BitConverter.GetBytes(index)));
}
