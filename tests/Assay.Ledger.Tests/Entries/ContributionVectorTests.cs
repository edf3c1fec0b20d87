using System.Security.Cryptography;
using System.Text;
using Assay.Ledger.Entries;
using Assay.Ledger.Tree;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace Assay.Ledger.Tests.Entries;

public sealed class ContributionVectorTests
{
    private const string Account = "a_3f9c1d2e4b5a6978";
    private const string Datanet = "d_00112233445566aa";
    private const string Commit = "1a195aab2a7deda69c06f9887feda4d2c7c5246b5305c84c8eede55596d8eaa3";
    private const string Signature = "8c4WRRLe1lUny1IBw5eEguA63TW5OInOkZibCBFbMWL5lYb2VeJaDKQ7dVZRu2PD6X6t0A2RC5qIlHyY2vLCCw==";

    private static readonly byte[] File = "Q: What is a datanet?\nA: A community data set with rules.\n"u8.ToArray();

    [Fact]
    public void The_commitment_hides_the_file_under_its_salt()
    {
        var salt = Enumerable.Repeat((byte)0xa5, 32).ToArray();

        Assert.Equal("4bcc1fb3204eb100361ebfe1b7ad01e9a09fa5db7b0ac9626943bb79b9714626", Convert.ToHexStringLower(SHA256.HashData(File)));
        Assert.Equal(Commit, Commitment.OfContent(salt, SHA256.HashData(File)));
    }

    [Fact]
    public void The_statement_has_the_documented_bytes_and_signature()
    {
        using var key = AccountKey.FromSeed(Vectors.Seed(0x40));
        var statement = Statement.Contribute(Account, Datanet, Commit, "CC-BY-4.0", nonce: 7);

        Assert.Equal(
            $$"""{"acct":"{{Account}}","commit":"{{Commit}}","datanet":"{{Datanet}}","licence":"CC-BY-4.0","nonce":7,"t":"contribute","v":1}""",
            Encoding.UTF8.GetString(statement.Json.Span));
        Assert.Equal("2543b92ff1095511476adc8369db6ddc933665a11978dda1404ee1066ca9559d", Convert.ToHexStringLower(Convert.FromBase64String(key.PublicKey)));
        Assert.Equal(Signature, key.Sign(statement));
        Assert.True(statement.IsSignedBy(key.PublicKey, Signature));
        Assert.False(Statement.Contribute(Account, Datanet, Commit, "CC-BY-4.0", nonce: 8).IsSignedBy(key.PublicKey, Signature));
        Assert.False(statement.IsSignedBy("not Base64", Signature));
        Assert.False(statement.IsSignedBy(key.PublicKey, "AAAA"));
    }

    [Fact]
    public void Another_implementation_of_Ed25519_accepts_the_statement()
    {
        using var key = AccountKey.FromSeed(Vectors.Seed(0x40));
        var statement = Statement.Contribute(Account, Datanet, Commit, "CC-BY-4.0", nonce: 7);
        var other = new Ed25519Signer();
        other.Init(forSigning: false, new Ed25519PublicKeyParameters(Convert.FromBase64String(key.PublicKey)));
        other.BlockUpdate([.. "assay/statement/v1\0"u8, .. statement.Json.Span]);

        Assert.True(other.VerifySignature(Convert.FromBase64String(key.Sign(statement))));
    }

    [Fact]
    public void The_entry_has_the_documented_length_prefix_and_leaf_hash()
    {
        var entry = new ContribEntry(Account, Datanet, Commit, File.Length, "text", "txt", "CC-BY-4.0", "8d9f2f6e-6d0b-4f0e-9d58-3a9d6f1b2c3d", Signature)
        {
            Timestamp = 1_795_305_600_000,
            Units = 1,
            UnitsRoot = "fd978cd851812e16499a0499256ee6760e3c247241576c575e3ea0d30b824d64",
        };

        var bytes = entry.ToBytes();

        Assert.Equal(461, bytes.Length);
        Assert.Equal("01cd", Convert.ToHexStringLower(EntryBundle.ToBytes([bytes]).AsSpan(0, 2)));
        Assert.Equal("f85da23620cc0c0b27055e2db7259a52d680d4f52aca0061f9e6f71baa5c24b2", TreeHash.OfLeaf(bytes).ToString());
        Assert.Equal(entry, EntryTypes.Parse(bytes));
    }

    [Fact]
    public void Ed25519_signs_a_DSSE_envelope_as_documented()
    {
        using var key = NSec.Cryptography.Key.Import(NSec.Cryptography.SignatureAlgorithm.Ed25519, Vectors.Seed(0x00), NSec.Cryptography.KeyBlobFormat.RawPrivateKey);

        var signature = NSec.Cryptography.SignatureAlgorithm.Ed25519.Sign(key, "DSSEv1 28 application/vnd.in-toto+json 2 {}"u8);

        Assert.Equal("dWG98CPWh3lAzt/mxzJ7Nc6Avgf2tjap4msM5gNmMV9Lpu+TWkZMk3lP/u6Su450zcqkLQw21MTZfwU07XgjCw==", Convert.ToBase64String(signature));
    }
}
