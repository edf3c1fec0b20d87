namespace Assay.Ledger.Entries;

/// <summary>The list of entry types.</summary>
public static class EntryTypes
{
    private static readonly Dictionary<string, Func<EntryReader, LedgerEntry>> Readers = new()
    {
        [GenesisEntry.TypeName] = GenesisEntry.Read,
        [KeyEntry.TypeName] = KeyEntry.Read,
        [PolicyEntry.TypeName] = PolicyEntry.Read,
        [DatanetEntry.TypeName] = DatanetEntry.Read,
        [CommitEntry.TypeName] = CommitEntry.Read,
        [ContribEntry.TypeName] = ContribEntry.Read,
        [VerdictEntry.TypeName] = VerdictEntry.Read,
        [VotesEntry.TypeName] = VotesEntry.Read,
        [SnapshotEntry.TypeName] = SnapshotEntry.Read,
        [AccessEntry.TypeName] = AccessEntry.Read,
        [RunEntry.TypeName] = RunEntry.Read,
        [ModelEntry.TypeName] = ModelEntry.Read,
        [InferEntry.TypeName] = InferEntry.Read,
        [RemoveEntry.TypeName] = RemoveEntry.Read,
        [ExportEntry.TypeName] = ExportEntry.Read,
    };

    /// <summary>Every type this program reads and writes, by the value of <c>t</c>.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Readers.Keys];

    /// <summary>Reads one entry.</summary>
    /// <returns>The record of its type, or an <see cref="UnknownEntry"/> when a newer program wrote a type or version this one does not know.</returns>
    /// <exception cref="LedgerFormatException">The bytes are not canonical, or not what their type asks for.</exception>
    public static LedgerEntry Parse(ReadOnlySpan<byte> bytes)
    {
        var root = CanonicalJson.Parse(bytes);
        var reader = new EntryReader(root);
        var version = reader.Integer("v", 1);
        var type = reader.Text("t");
        var timestamp = reader.Integer("ts", 1, LedgerEntry.MaxTimestamp);
        if (version != LedgerEntry.FormatVersion || !Readers.TryGetValue(type, out var read))
        {
            return new UnknownEntry(type, version) { Timestamp = timestamp };
        }

        var entry = read(reader) with { Timestamp = timestamp };
        reader.End();
        return entry;
    }
}
