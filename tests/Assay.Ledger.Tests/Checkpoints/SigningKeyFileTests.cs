using System.Runtime.Versioning;
using Assay.Ledger.Checkpoints;

namespace Assay.Ledger.Tests.Checkpoints;

[UnsupportedOSPlatform("windows")]
public sealed class SigningKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-key-").FullName;

    private string KeyPath => Path.Combine(_folder, "log.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_key_is_drawn_once_and_only_its_owner_may_read_it()
    {
        using var first = SigningKeyFile.OpenOrCreate(KeyPath, origin: null);
        using var second = SigningKeyFile.OpenOrCreate(KeyPath, origin: null);

        Assert.Equal(first.Verifier.Vkey, second.Verifier.Vkey);
        Assert.Matches("^assay\\.localhost/[0-9a-f]{8}$", first.Verifier.Name);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_key_that_others_may_read_is_refused()
    {
        SigningKeyFile.OpenOrCreate(KeyPath, "log.example").Dispose();
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Contains("0600", Assert.Throws<LedgerCorruptException>(() => SigningKeyFile.OpenOrCreate(KeyPath, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_origin_of_a_log_never_changes()
    {
        SigningKeyFile.OpenOrCreate(KeyPath, "log.example").Dispose();

        Assert.Throws<LedgerCorruptException>(() => SigningKeyFile.OpenOrCreate(KeyPath, "other.example"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ASSAY-LOG-KEY log.example AAAA\n")]
    [InlineData("a key\n")]
    public void A_file_that_is_no_key_is_refused(string content)
    {
        File.WriteAllText(KeyPath, content);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Throws<LedgerCorruptException>(() => SigningKeyFile.OpenOrCreate(KeyPath, null));
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("a+b")]
    [InlineData("")]
    public void An_origin_with_a_blank_or_a_plus_is_refused_before_anything_is_written(string origin)
    {
        Assert.Throws<ArgumentException>(() => SigningKeyFile.OpenOrCreate(KeyPath, origin));

        Assert.Empty(Directory.GetFiles(_folder));
    }
}
