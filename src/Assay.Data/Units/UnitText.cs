using System.Text;
using Assay.Data.Records;

namespace Assay.Data.Units;

/// <summary>The bytes of a contribution that its ledger units are cut from: per turn the text and 0x1e, after each record 0x1d.</summary>
public static class UnitText
{
    private const byte TurnEnd = 0x1E, RecordEnd = 0x1D;

    /// <summary>The stream of a file's records. Their texts are already NFC with LF line ends.</summary>
    public static byte[] Of(IReadOnlyList<DataRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        using var stream = new MemoryStream();
        foreach (var record in records)
        {
            foreach (var turn in record.Turns)
            {
                stream.Write(Encoding.UTF8.GetBytes(turn.Text));
                stream.WriteByte(TurnEnd);
            }

            stream.WriteByte(RecordEnd);
        }

        return stream.ToArray();
    }
}
