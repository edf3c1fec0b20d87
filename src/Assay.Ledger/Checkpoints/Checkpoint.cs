using System.Globalization;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Checkpoints;

/// <summary>What a log signs: its name, its size and its root. Three lines of text, no extension lines.</summary>
/// <param name="Origin">Name of the log.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Root">Root over them.</param>
/// <remarks>C2SP tlog-checkpoint.</remarks>
public sealed record Checkpoint(string Origin, long Size, TreeHash Root)
{
    /// <summary>The text that is signed, each line ending with a newline.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root.ToBase64()}\n");

    /// <summary>Reads the text of a note.</summary>
    /// <exception cref="LedgerFormatException">It is not exactly the three lines in their one spelling.</exception>
    public static Checkpoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.Split('\n');
        if (lines.Length != 4 || lines[3].Length != 0 || lines[0].Length == 0)
        {
            throw new LedgerFormatException("a checkpoint is three lines: origin, size, root");
        }

        if (!long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size.ToString(CultureInfo.InvariantCulture) != lines[1])
        {
            throw new LedgerFormatException("the second line of a checkpoint is the size, a decimal number without leading zeros");
        }

        return TreeHash.TryParseBase64(lines[2], out var root)
            ? new Checkpoint(lines[0], size, root)
            : throw new LedgerFormatException("the third line of a checkpoint is the root, 32 bytes in Base64");
    }
}
