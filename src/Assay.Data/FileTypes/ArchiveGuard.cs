using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Assay.Data.FileTypes;

/// <summary>Checks a ZIP archive byte for byte before a library opens it: bounded, whole, unambiguous, nothing before, between or behind its entries.</summary>
/// <remarks>PKWARE APPNOTE 6.3.10 §4.3. Counts what is really unpacked and trusts no declared length. ZIP64 is refused: it is needed only above 4 GB.</remarks>
internal static class ArchiveGuard
{
    private const int MaximumEntries = 1_000;
    private const long MaximumInflated = 50_000_000;
    private const int MaximumRatio = 100;
    private const int EndLength = 22, CentralLength = 46, LocalLength = 30;
    private const uint EndMark = 0x06054B50, CentralMark = 0x02014B50, LocalMark = 0x04034B50;
    private const string SendAgain = "Save the document again and send the new file.";

    private sealed record Listed(string Name, int Flags, int Method, uint Crc, long Packed, long Declared, int Local);

    /// <exception cref="InvalidFileException">Anything is wrong with the archive.</exception>
    public static IReadOnlyList<ArchiveEntry> Check(ReadOnlyMemory<byte> archive, CancellationToken cancel)
    {
        var bytes = archive.Span;
        var listed = ReadDirectory(bytes, out var directory);
        var entries = new List<ArchiveEntry>(listed.Count);
        var total = 0L;
        var expected = 0;
        foreach (var entry in listed.OrderBy(entry => entry.Local))
        {
            cancel.ThrowIfCancellationRequested();
            var data = DataStart(bytes, entry, directory, expected);
            var limit = Math.Min(MaximumInflated - total, Math.Max((MaximumRatio * (long)bytes.Length) - total, 0));
            var (length, crc) = Count(archive.Slice(data, (int)entry.Packed), entry, limit);
            total += length;
            if (length > limit)
            {
                throw new InvalidFileException(
                    $"The document unpacks to more than {MaximumInflated / 1_000_000} MB or {MaximumRatio} times its size ({bytes.Length} bytes): it is an archive bomb.",
                    "Send the text itself as .md or .txt.");
            }

            if (length != entry.Declared || crc != entry.Crc)
            {
                throw Bad($"entry '{Shown(entry.Name)}' declares {entry.Declared} bytes and holds {length}, or its checksum is wrong", data);
            }

            entries.Add(new ArchiveEntry(entry.Name, length));
            expected = data + (int)entry.Packed;
        }

        return GapAllowed(bytes, expected, directory, listed.Any(entry => (entry.Flags & 8) != 0))
            ? entries
            : throw Bad("bytes lie between the last entry and the directory", expected);
    }

    private static List<Listed> ReadDirectory(ReadOnlySpan<byte> bytes, out int directory)
    {
        var end = bytes.Length - EndLength;
        if (end < 0 || Read32(bytes, end) != EndMark)
        {
            ReadOnlySpan<byte> mark = [0x50, 0x4B, 0x05, 0x06];
            var found = bytes.LastIndexOf(mark);
            throw found < 0
                ? Bad("it is cut off, its directory is missing", bytes.Length)
                : Bad($"{Math.Max(bytes.Length - found - EndLength, 0)} bytes follow its end, or it is cut off", found);
        }

        int count = Read16(bytes, end + 10);
        long size = Read32(bytes, end + 12), start = Read32(bytes, end + 16);
        if (start + size != end || Read16(bytes, end + 8) != count)
        {
            throw Bad("its directory does not lie where it says", end);
        }

        if (count > MaximumEntries)
        {
            throw Bad($"it has {count} entries and {MaximumEntries} are the most", end);
        }

        directory = (int)start;
        var listed = new List<Listed>(count);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var at = directory;
        for (var index = 0; index < count; index++)
        {
            var entry = ReadListed(bytes[..end], ref at);
            if (!names.Add(entry.Name))
            {
                throw Bad($"the entry '{Shown(entry.Name)}' appears twice", at);
            }

            listed.Add(entry);
        }

        return at == end ? listed : throw Bad("its directory holds more than it lists", at);
    }

    private static Listed ReadListed(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (at + CentralLength > bytes.Length || Read32(bytes, at) != CentralMark)
        {
            throw Bad("its directory is damaged", at);
        }

        int name = Read16(bytes, at + 28), extra = Read16(bytes, at + 30), comment = Read16(bytes, at + 32);
        if (at + CentralLength + name + extra + comment > bytes.Length)
        {
            throw Bad("its directory is damaged", at);
        }

        var entry = new Listed(
            Encoding.UTF8.GetString(bytes.Slice(at + CentralLength, name)),
            Read16(bytes, at + 8), Read16(bytes, at + 10), Read32(bytes, at + 16), Read32(bytes, at + 20), Read32(bytes, at + 24), (int)Math.Min(Read32(bytes, at + 42), int.MaxValue));
        if ((entry.Flags & 1) != 0)
        {
            throw new InvalidFileException("The document is encrypted.", "Save it without a password and send it again.");
        }

        if (entry.Method is not (0 or 8) || LeavesItsFolder(entry.Name))
        {
            throw Bad(entry.Method is 0 or 8 ? $"the entry name '{Shown(entry.Name)}' points outside it" : $"the entry '{Shown(entry.Name)}' is packed with an unknown method", at);
        }

        at += CentralLength + name + extra + comment;
        return entry;
    }

    private static int DataStart(ReadOnlySpan<byte> bytes, Listed entry, int directory, int expected)
    {
        var at = entry.Local;
        if (at > directory - LocalLength || Read32(bytes, at) != LocalMark)
        {
            throw Bad($"the entry '{Shown(entry.Name)}' does not lie where the directory says", Math.Min(at, bytes.Length));
        }

        if (!GapAllowed(bytes, expected, at, expected > 0))
        {
            throw Bad(expected == 0 ? $"{at} bytes lie before its first entry" : $"bytes lie hidden before the entry '{Shown(entry.Name)}', or entries overlap", at);
        }

        int name = Read16(bytes, at + 26), extra = Read16(bytes, at + 28);
        var data = at + LocalLength + name + extra;
        if (data + entry.Packed > directory || Encoding.UTF8.GetString(bytes.Slice(at + LocalLength, name)) != entry.Name)
        {
            throw Bad($"the entry '{Shown(entry.Name)}' contradicts the directory", at);
        }

        return data;
    }

    /// <summary>Between two entries only a data descriptor may lie: 12 or 16 bytes (20 or 24 in its 64-bit form).</summary>
    private static bool GapAllowed(ReadOnlySpan<byte> bytes, int from, int to, bool descriptors) =>
        to == from || (descriptors && to - from is 12 or 16 or 20 or 24 && to <= bytes.Length);

    private static (long Length, uint Crc) Count(ReadOnlyMemory<byte> packed, Listed entry, long limit)
    {
        var crc = new Crc32();
        if (entry.Method == 0)
        {
            crc.Append(packed.Span);
            return (packed.Length, crc.GetCurrentHashAsUInt32());
        }

        using var source = new MemoryStream(packed.ToArray(), writable: false);
        using var inflated = new DeflateStream(source, CompressionMode.Decompress);
        var buffer = new byte[16_384];
        var length = 0L;
        try
        {
            int read;
            while (length <= limit && (read = inflated.Read(buffer)) > 0)
            {
                crc.Append(buffer.AsSpan(0, read));
                length += read;
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException)
        {
            throw new InvalidFileException($"The archive is damaged: the entry '{Shown(entry.Name)}' cannot be unpacked.", SendAgain, problem);
        }

        return (length, crc.GetCurrentHashAsUInt32());
    }

    private static bool LeavesItsFolder(string name) =>
        name.Length == 0 || name[0] is '/' or '\\' || name.Contains(':') || name.Split('/', '\\').Contains("..") || name.Any(char.IsControl);

    private static string Shown(string name) => DisplayName.Of(name);

    private static InvalidFileException Bad(string what, int offset) => new($"The document is a damaged archive: {what}.", SendAgain) { ByteOffset = offset };

    private static ushort Read16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Read32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
