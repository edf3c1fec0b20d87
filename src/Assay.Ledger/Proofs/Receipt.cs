using System.Globalization;
using System.Text;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Proofs;

/// <summary>Everything needed to show, offline and for ever, that an entry is in a log: the entry, its proof and a signed checkpoint.</summary>
/// <param name="Entry">The entry's bytes. Not authenticated by the file itself, therefore always hashed again.</param>
/// <param name="Index">Ledger index of the entry.</param>
/// <param name="Proof">Inclusion hashes, the leaf's sibling first.</param>
/// <param name="Note">A checkpoint that covers the entry, with its signatures.</param>
/// <remarks>C2SP tlog-proof (file type <c>.tlog-proof</c>).</remarks>
public sealed record Receipt(ReadOnlyMemory<byte> Entry, long Index, IReadOnlyList<TreeHash> Proof, SignedNote Note)
{
    /// <summary>The longest receipt that is read, in bytes.</summary>
    public const int MaxLength = 256 * 1024;

    private const string Header = "c2sp.org/tlog-proof@v1";

    /// <summary>Makes the receipt of one entry under the checkpoint the log shows now.</summary>
    /// <returns>Null when the entry is not covered by a published checkpoint yet.</returns>
    /// <exception cref="LedgerCorruptException">The log's files do not lead from the entry to the checkpoint's root.</exception>
    public static async Task<Receipt?> CreateAsync(ILogReader log, long index, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var entries = new LogEntries(log);
        if (await entries.CheckpointAsync(cancel) is not var (note, checkpoint) || index >= checkpoint.Size)
        {
            return null;
        }

        var entry = await entries.ReadAsync(index, checkpoint.Size, cancel);
        var proof = await InclusionProof.ReadAsync(log, index, checkpoint.Size, cancel);
        return proof.RootFrom(TreeHash.OfLeaf(entry.Span)) == checkpoint.Root
            ? new Receipt(entry, index, proof.Hashes, note)
            : throw new LedgerCorruptException($"Entry {index} and the tiles do not lead to the root of the checkpoint of size {checkpoint.Size}.");
    }

    /// <summary>Reads a receipt. Nothing is verified yet: see <see cref="FindProblem"/>.</summary>
    /// <exception cref="LedgerFormatException">The bytes are not a receipt.</exception>
    public static Receipt Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLength)
        {
            throw new LedgerFormatException($"a receipt has at most {MaxLength} bytes, not {bytes.Length}");
        }

        var blank = bytes.IndexOf("\n\n"u8);
        if (blank < 0 || bytes[..blank].ContainsAnyExceptInRange((byte)'\n', (byte)'~'))
        {
            throw new LedgerFormatException("a receipt is lines of ASCII, a blank line and a checkpoint");
        }

        var lines = Encoding.ASCII.GetString(bytes[..blank]).Split('\n');
        if (lines.Length is < 3 or > 66 || lines[0] != Header)
        {
            throw new LedgerFormatException($"a receipt begins with '{Header}', an extra line and an index line");
        }

        return new Receipt(ParseEntry(lines[1]), ParseIndex(lines[2]), [.. lines.Skip(3).Select(ParseHash)], SignedNote.Parse(bytes[(blank + 2)..]));
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder($"{Header}\nextra {Convert.ToBase64String(Entry.Span)}\n");
        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Proof)
        {
            text.Append(hash.ToBase64()).Append('\n');
        }

        return [.. Encoding.ASCII.GetBytes(text.Append('\n').ToString()), .. Note.ToBytes()];
    }

    /// <summary>The checkpoint inside the note.</summary>
    /// <exception cref="LedgerFormatException">The note is no checkpoint.</exception>
    public Checkpoint ReadCheckpoint() => Checkpoint.Parse(Note.Text);

    /// <summary>Verifies the whole receipt with the log's key; needs nothing else.</summary>
    /// <returns>Null when it is good; otherwise the first thing that is wrong.</returns>
    public string? FindProblem(NoteVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        if (Note.FindProblem(verifier) is { } problem)
        {
            return $"the checkpoint is not the log's: {problem}";
        }

        try
        {
            var checkpoint = ReadCheckpoint();
            if (checkpoint.Origin != verifier.Name)
            {
                return $"the checkpoint is of the log '{checkpoint.Origin}', the key of '{verifier.Name}'";
            }

            return Index >= checkpoint.Size
                ? $"the index {Index} lies outside the checkpoint's {checkpoint.Size} entries"
                : new InclusionProof(Index, checkpoint.Size, Proof).RootFrom(TreeHash.OfLeaf(Entry.Span)) == checkpoint.Root
                    ? null
                    : $"the entry, the index {Index} and the proof hashes do not lead to the root that the log signed";
        }
        catch (LedgerFormatException e)
        {
            return e.Message;
        }
    }

    private static byte[] ParseEntry(string line)
    {
        const string Name = "extra ";
        var bytes = new byte[line.Length];
        return line.StartsWith(Name, StringComparison.Ordinal)
            && Convert.TryFromBase64String(line[Name.Length..], bytes, out var length)
            && length is >= 1 and <= EntryBundle.MaxEntryLength
            && Convert.ToBase64String(bytes, 0, length) == line[Name.Length..]
            ? bytes[..length]
            : throw new LedgerFormatException("the second line of a receipt is 'extra' and the entry in Base64");
    }

    private static long ParseIndex(string line)
    {
        const string Name = "index ";
        return line.StartsWith(Name, StringComparison.Ordinal)
            && long.TryParse(line[Name.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && line == string.Create(CultureInfo.InvariantCulture, $"{Name}{index}")
            ? index
            : throw new LedgerFormatException("the third line of a receipt is 'index' and the ledger index");
    }

    private static TreeHash ParseHash(string line) => TreeHash.TryParseBase64(line, out var hash)
        ? hash
        : throw new LedgerFormatException("a proof line of a receipt is a hash of 32 bytes in Base64");
}
