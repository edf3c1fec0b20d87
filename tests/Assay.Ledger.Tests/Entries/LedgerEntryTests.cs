using System.Text;
using Assay.Ledger.Entries;
using Assay.Testing;

namespace Assay.Ledger.Tests.Entries;

public sealed class LedgerEntryTests
{
    public static TheoryData<int> Indices => [.. Enumerable.Range(0, EntryFixtures.All.Count)];

    [Fact]
    public void Every_type_has_a_fixture()
    {
        Assert.Equal(15, EntryTypes.All.Count);
        Assert.Equal(EntryTypes.All.Order(), EntryFixtures.All.Select(entry => entry.Type).Distinct().Order());
    }

    /// <summary>The file was written once and never changes: an entry type gets a new version instead.</summary>
    [Fact]
    public void The_bytes_of_every_type_are_frozen()
    {
        var frozen = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "goldens", "ledger-entries.jsonl"));

        Assert.Equal(frozen, EntryFixtures.All.Select(entry => Encoding.UTF8.GetString(entry.ToBytes())));
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void An_entry_comes_back_from_its_bytes(int fixture)
    {
        var bytes = EntryFixtures.All[fixture].ToBytes();

        var read = EntryTypes.Parse(bytes);

        Assert.Equal(EntryFixtures.All[fixture].GetType(), read.GetType());
        Assert.Equal(bytes, read.ToBytes());
    }

    [Fact]
    public void An_entry_without_a_time_cannot_be_written()
    {
        var e = Assert.Throws<InvalidOperationException>(() => new CommitEntry("a_0000000000000000", new string('a', 64)).ToBytes());

        Assert.Contains("'ts'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_of_the_wrong_form_is_named()
    {
        AssertRefused("acct", new CommitEntry("a_00", new string('a', 64)));
        AssertRefused("acct", new CommitEntry("d_0000000000000000", new string('a', 64)));
        AssertRefused("hash", new CommitEntry("a_0000000000000000", new string('A', 64)));
        AssertRefused("score", new VerdictEntry(0, 1, VerdictEntry.Accepted, 1001, new string('a', 64), 0, VerdictEntry.Auto));
        AssertRefused("result", new VerdictEntry(0, 1, "maybe", 0, new string('a', 64), 0, VerdictEntry.Auto));
        AssertRefused("contrib", new VerdictEntry(-1, 1, VerdictEntry.Accepted, 0, new string('a', 64), 0, VerdictEntry.Auto));
        AssertRefused("reason", new RemoveEntry(0, RemoveEntry.Void, "", "a_0000000000000000"));
        AssertRefused("normalization", new RemoveEntry(0, RemoveEntry.Void, "e\u0301", "a_0000000000000000"));
    }

    [Fact]
    public void An_entry_longer_than_a_bundle_can_carry_cannot_be_written() => AssertRefused(
        "65535",
        new DatanetEntry("d_0000000000000000", 1, "text", "open", new string('0', 64), [.. Enumerable.Repeat(new string('x', 1000), 66)], "a_0000000000000000", Convert.ToBase64String(new byte[64])));

    [Fact]
    public void Entries_of_a_newer_program_are_read_as_unknown()
    {
        var type = EntryTypes.Parse("""{"t":"payout","ts":5,"v":1}"""u8);
        var version = EntryTypes.Parse("""{"more":[1,{"a":true}],"t":"commit","ts":5,"v":2}"""u8);

        Assert.Equal(new UnknownEntry("payout", 1) { Timestamp = 5 }, type);
        Assert.Equal(new UnknownEntry("commit", 2) { Timestamp = 5 }, version);
        Assert.Throws<InvalidOperationException>(() => type.ToBytes());
    }

    [Fact]
    public void A_member_that_the_type_does_not_have_is_refused()
    {
        var e = Assert.Throws<LedgerFormatException>(() => EntryTypes.Parse(
            Encoding.ASCII.GetBytes($$"""{"acct":"a_0000000000000000","extra":1,"hash":"{{new string('a', 64)}}","t":"commit","ts":5,"v":1}""")));

        Assert.Contains("its type knows", e.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string part, LedgerEntry entry) => Assert.Contains(
        part, Assert.Throws<InvalidOperationException>(() => (entry with { Timestamp = 1 }).ToBytes()).Message, StringComparison.Ordinal);
}
