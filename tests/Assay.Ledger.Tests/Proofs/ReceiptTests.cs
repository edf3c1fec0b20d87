using System.Security.Cryptography;
using System.Text;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Proofs;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests.Proofs;

public sealed class ReceiptTests
{
    private static readonly NoteVerifier Key = NoteVerifier.Parse(Vectors.Vkey);

    [Fact]
    public void The_documented_receipt_is_made_byte_for_byte()
    {
        var note = SignedNote.Parse(Encoding.UTF8.GetBytes(Vectors.SignedCheckpoint));
        TreeHash[] proof = [.. InclusionProof.Ranges(5, 8).Select(range => TreeHash.OfLeaves(Vectors.Leaves.AsSpan((int)range.Start, (int)range.Count)))];

        var bytes = new Receipt(Vectors.Entries[5], 5, proof, note).ToBytes();

        Assert.Equal(Vectors.Receipt, Encoding.UTF8.GetString(bytes));
        Assert.Equal("6613ae3c2510e03d8cde8648a5ca1c64a427b5bb7b2c7b9a36a7766777200bd7", Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public void The_documented_receipt_is_good()
    {
        var receipt = Receipt.Parse(Encoding.UTF8.GetBytes(Vectors.Receipt));

        Assert.Null(receipt.FindProblem(Key));
        Assert.Equal(5, receipt.Index);
        Assert.Equal(Vectors.Receipt, Encoding.UTF8.GetString(receipt.ToBytes()));
    }

    [Fact]
    public void No_single_changed_byte_survives_verification()
    {
        var good = Encoding.UTF8.GetBytes(Vectors.Receipt);
        // The witness's line is not the log's: it is checked with the witness's key.
        var own = good.AsSpan().IndexOf("— witness"u8);
        for (var at = 0; at < own; at++)
        {
            var bytes = good.ToArray();
            bytes[at] ^= 0x01;

            Assert.NotNull(FindProblem(bytes));
        }
    }

    [Fact]
    public void An_index_outside_the_checkpoint_is_named()
    {
        var receipt = Receipt.Parse(Encoding.UTF8.GetBytes(Vectors.Receipt)) with { Index = 8 };

        Assert.Contains("lies outside the checkpoint's 8 entries", receipt.FindProblem(Key), StringComparison.Ordinal);
    }

    private static string? FindProblem(byte[] bytes)
    {
        try
        {
            return Receipt.Parse(bytes).FindProblem(Key);
        }
        catch (LedgerFormatException e)
        {
            return e.Message;
        }
    }
}
