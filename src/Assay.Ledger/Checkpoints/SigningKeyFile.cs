using System.Security.Cryptography;
using System.Text;
using Assay.Ledger.Appending;

namespace Assay.Ledger.Checkpoints;

/// <summary>The file a server keeps its log key in: one line <c>ASSAY-LOG-KEY name base64(seed)</c>, mode 0600, outside the log folder.</summary>
public static class SigningKeyFile
{
    private const string Marker = "ASSAY-LOG-KEY";

    /// <summary>A name for a log whose operator chose none: <c>assay.localhost/</c> and 8 random hexadecimal digits.</summary>
    public static string NewOrigin() => "assay.localhost/" + RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Reads the key, or draws a new one at the first start.</summary>
    /// <param name="path">Where the file is or will be. Its folder exists.</param>
    /// <param name="origin">The configured name; null takes what the file says, or <see cref="NewOrigin"/> for a new one.</param>
    /// <exception cref="LedgerCorruptException">The file is not a key file, others may read it, or it belongs to a log of another name.</exception>
    public static NoteSigner OpenOrCreate(string path, string? origin)
    {
        if (!File.Exists(path))
        {
            Create(path, origin ?? NewOrigin());
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
        {
            throw new LedgerCorruptException($"The signing key {path} may be read by others. Set its mode to 0600, and consider whether the key leaked.");
        }

        var seed = new byte[32];
        if (File.ReadAllText(path).TrimEnd('\n').Split(' ') is not [Marker, var name, { Length: 44 } encoded]
            || !Convert.TryFromBase64String(encoded, seed, out var length) || length != seed.Length || !NoteKey.IsName(name))
        {
            throw new LedgerCorruptException($"{path} is not a signing key of this program.");
        }

        if (origin is not null && origin != name)
        {
            throw new LedgerCorruptException($"{path} is the key of the log '{name}', but the configured origin is '{origin}'. A log's origin never changes.");
        }

        return NoteSigner.FromSeed(name, seed);
    }

    private static void Create(string path, string origin)
    {
        var seed = RandomNumberGenerator.GetBytes(32);
        NoteSigner.FromSeed(origin, seed).Dispose(); // refuses a name that cannot be one before anything is written
        var line = Encoding.UTF8.GetBytes($"{Marker} {origin} {Convert.ToBase64String(seed)}\n");
        new DurableFiles().Write(path, line, DurableFiles.SecretMode);
    }
}
