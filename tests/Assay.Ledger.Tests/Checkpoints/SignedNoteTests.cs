using System.Security.Cryptography;
using System.Text;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Tree;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Assay.Ledger.Tests.Checkpoints;

public sealed class SignedNoteTests
{
    [Fact]
    public void Keys_have_the_documented_one_line_form()
    {
        using var signer = Vectors.Signer();
        using var witness = Vectors.Witness();

        Assert.Equal(Vectors.Vkey, signer.Verifier.Vkey);
        Assert.Equal(Vectors.WitnessVkey, witness.Verifier.Vkey);
        Assert.Equal(NoteAlgorithm.Cosignature, NoteVerifier.Parse(Vectors.WitnessVkey).Algorithm);
    }

    [Fact]
    public void A_cosigned_checkpoint_is_the_documented_note_byte_for_byte()
    {
        using var signer = Vectors.Signer();
        using var witness = Vectors.Witness();
        var checkpoint = new Checkpoint(Vectors.Origin, 8, TreeHash.OfLeaves(Vectors.Leaves));

        var note = signer.Sign(checkpoint);
        var cosigned = note with { Signatures = [.. note.Signatures, Cosignature.Sign(witness, note.Text, DateTimeOffset.FromUnixTimeSeconds(Vectors.WitnessTime))] };

        Assert.Equal(Vectors.SignedCheckpoint, Encoding.UTF8.GetString(cosigned.ToBytes()));
        Assert.Equal("9ffe2ae3b47ead64e7a4e5e9874da2054184f1cc7c55952e71f51f83a012cb20", Convert.ToHexStringLower(SHA256.HashData(cosigned.ToBytes())));
    }

    [Fact]
    public void A_note_is_verified_with_the_log_key_and_with_the_witness_key()
    {
        var note = SignedNote.Parse(Encoding.UTF8.GetBytes(Vectors.SignedCheckpoint));

        Assert.Null(note.FindProblem(NoteVerifier.Parse(Vectors.Vkey)));
        Assert.Null(note.FindProblem(NoteVerifier.Parse(Vectors.WitnessVkey)));
        Assert.Equal(Vectors.WitnessTime, Cosignature.TimeOf(note.Signatures[1]).ToUnixTimeSeconds());
        Assert.Equal(Vectors.SignedCheckpoint, Encoding.UTF8.GetString(note.ToBytes()));
        Assert.Equal(Vectors.Roots[8], Checkpoint.Parse(note.Text).Root.ToString());
    }

    [Fact]
    public void A_changed_text_and_an_unknown_key_are_told_apart()
    {
        var changed = SignedNote.Parse(Encoding.UTF8.GetBytes(Vectors.SignedCheckpoint.Replace("\n8\n", "\n9\n", StringComparison.Ordinal)));
        using var stranger = NoteSigner.FromSeed(Vectors.Origin, Vectors.Seed(0x60));

        Assert.Contains("does not fit the text", changed.FindProblem(NoteVerifier.Parse(Vectors.Vkey)), StringComparison.Ordinal);
        Assert.Contains("does not fit the text", changed.FindProblem(NoteVerifier.Parse(Vectors.WitnessVkey)), StringComparison.Ordinal);
        Assert.Contains("no signature by the key", changed.FindProblem(stranger.Verifier), StringComparison.Ordinal);
    }

    [Fact]
    public void A_note_with_sixteen_unknown_signatures_before_the_known_one_is_accepted()
    {
        using var signer = Vectors.Signer();
        const string Text = "a text\n";
        var strangers = Enumerable.Range(0, 16).Select(i => new NoteSignature($"stranger{i}", (uint)i, new byte[64]));

        var note = SignedNote.Parse(new SignedNote(Text, [.. strangers, signer.Sign(Text)]).ToBytes());

        Assert.Null(note.FindProblem(signer.Verifier));
    }

    [Fact]
    public void A_good_and_a_bad_signature_of_the_same_key_reject_the_note()
    {
        using var signer = Vectors.Signer();
        const string Text = "a text\n";

        var note = new SignedNote(Text, [signer.Sign(Text), signer.Sign("another text\n")]);

        Assert.NotNull(note.FindProblem(signer.Verifier));
    }

    [Theory]
    [InlineData("datanet.example/log1+7d557b6b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")]
    [InlineData("datanet.example/log2+7d557b6a+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")]
    [InlineData("datanet.example/log1+7D557B6A+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")]
    [InlineData("datanet.example/log1+7d557b6a+BQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")]
    [InlineData("datanet.example/log1+7d557b6a")]
    [InlineData("")]
    public void A_verifier_key_that_contradicts_itself_is_refused(string vkey) => Assert.Throws<LedgerFormatException>(() => NoteVerifier.Parse(vkey));

    [Fact]
    public void Another_implementation_of_Ed25519_makes_the_same_signature()
    {
        using var signer = Vectors.Signer();
        var text = new Checkpoint(Vectors.Origin, 8, TreeHash.OfLeaves(Vectors.Leaves)).ToText();
        var other = new Ed25519Signer();
        other.Init(forSigning: true, new Ed25519PrivateKeyParameters(Vectors.Seed(0x00)));
        other.BlockUpdate(Encoding.UTF8.GetBytes(text));

        Assert.Equal(other.GenerateSignature(), signer.Sign(text).Signature.ToArray());
    }
}
