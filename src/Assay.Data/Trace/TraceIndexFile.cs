using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Assay.Data.Trace;

/// <summary>The file of an index: <c>ATRC</c>, u32 version, u32 header length, header JSON, token ids (u16 below 65,536, else u32), suffix array, unit runs, SHA-256 of all before.</summary>
/// <remarks>Little-endian. Every figure is checked before it is used; the hash catches damage, the checks catch files made to harm.</remarks>
internal static class TraceIndexFile
{
    private const uint Version = 1;
    private const int PreambleLength = 12;
    private const int LargestHeader = 1 << 30;
    private static readonly byte[] Magic = "ATRC"u8.ToArray();

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public static void Save(TraceIndexParts parts, string path)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(
            new Header(parts.Snapshot, parts.TokenizerHash, parts.VocabularySize, parts.Tokens.Length, parts.UnitRuns.Length, [.. parts.Records], parts.RecordStarts), Json);
        var aside = path + ".partial";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write))
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            var preamble = new byte[PreambleLength];
            Magic.CopyTo(preamble, 0);
            BinaryPrimitives.WriteUInt32LittleEndian(preamble.AsSpan(4), Version);
            BinaryPrimitives.WriteUInt32LittleEndian(preamble.AsSpan(8), (uint)header.Length);
            Write(preamble);
            Write(header);
            Write(IsNarrow(parts.VocabularySize)
                ? MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(parts.Tokens, static id => (ushort)id))
                : MemoryMarshal.AsBytes<int>(parts.Tokens));
            Write(MemoryMarshal.AsBytes<int>(parts.Suffixes));
            Write(MemoryMarshal.AsBytes<int>(parts.UnitRuns.SelectMany(static run => (int[])[run.Start, run.Unit]).ToArray()));
            file.Write(hash.GetHashAndReset());
            file.Flush(flushToDisk: true);

            void Write(ReadOnlySpan<byte> bytes)
            {
                hash.AppendData(bytes);
                file.Write(bytes);
            }
        }

        File.Move(aside, path, overwrite: true);
    }

    public static TraceIndex Load(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            return new(Read(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidTraceIndexException($"The trace index '{Path.GetFileName(path)}' cannot be read: {exception.Message}", exception);
        }
        catch (JsonException exception)
        {
            throw new InvalidTraceIndexException($"The header of the trace index '{Path.GetFileName(path)}' is damaged.", exception);
        }
    }

    private static TraceIndexParts Read(FileStream file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var preamble = Take(PreambleLength);
        var headerLength = BinaryPrimitives.ReadUInt32LittleEndian(preamble.AsSpan(8));
        if (!preamble.AsSpan(0, 4).SequenceEqual(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(preamble.AsSpan(4)) != Version || headerLength > LargestHeader)
        {
            throw new InvalidTraceIndexException($"The file is no trace index of version {Version}.");
        }

        var header = JsonSerializer.Deserialize<Header>(Take(headerLength), Json) ?? throw new InvalidTraceIndexException("The trace index has no header.");
        Check(header.VocabularySize is > 0 and < 1 << 30 && header.Tokens is >= 0 and <= TraceIndex.MaxTokens && header.UnitRuns >= 0 && header.UnitRuns <= header.Tokens, "sizes");
        var narrow = IsNarrow(header.VocabularySize);
        var tokenBytes = Take((long)header.Tokens * (narrow ? sizeof(ushort) : sizeof(int)));
        var tokens = narrow
            ? Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(tokenBytes).ToArray(), static id => (int)id)
            : MemoryMarshal.Cast<byte, int>(tokenBytes).ToArray();
        var suffixes = MemoryMarshal.Cast<byte, int>(Take((long)header.Tokens * sizeof(int))).ToArray();
        var runs = MemoryMarshal.Cast<byte, int>(Take((long)header.UnitRuns * 2 * sizeof(int))).ToArray();
        var stored = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(stored);
        Check(hash.GetHashAndReset().AsSpan().SequenceEqual(stored) && file.Position == file.Length, "hash or length");
        var parts = new TraceIndexParts(
            header.Snapshot, header.TokenizerSha256, header.VocabularySize, header.Records, tokens, suffixes, header.RecordStarts,
            [.. runs.Chunk(2).Select(static pair => (pair[0], pair[1]))]);
        CheckParts(parts);
        return parts;

        byte[] Take(long length)
        {
            // The length is a claim of the file: nothing is allocated that the file cannot hold.
            Check(length <= file.Length - file.Position, "length");
            var bytes = new byte[length];
            file.ReadExactly(bytes);
            hash.AppendData(bytes);
            return bytes;
        }
    }

    private static void CheckParts(TraceIndexParts parts)
    {
        var length = parts.Tokens.Length;
        Check(!parts.Tokens.AsSpan().ContainsAnyExceptInRange(0, parts.VocabularySize), "token ids");
        Check(!parts.Suffixes.AsSpan().ContainsAnyExceptInRange(0, length - 1), "suffix array");
        Check(parts.Records.Count == parts.RecordStarts.Length && parts.Records.All(static record => record is not null), "records");
        Check((length == 0) == (parts.RecordStarts.Length == 0) && (length == 0 || parts.RecordStarts[0] == 0), "record starts");
        Check(IsAscending(parts.RecordStarts, length), "record starts");
        Check(IsAscending([.. parts.UnitRuns.Select(static run => run.Start)], length), "unit runs");
    }

    private static bool IsAscending(int[] starts, int length)
    {
        for (var i = 0; i < starts.Length; i++)
        {
            if (starts[i] < 0 || starts[i] >= length || (i > 0 && starts[i] <= starts[i - 1]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNarrow(int vocabularySize) => vocabularySize <= ushort.MaxValue;

    private static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidTraceIndexException($"The trace index is damaged ({what}); build it again.");
        }
    }

    private sealed record Header(
        string Snapshot, string TokenizerSha256, int VocabularySize, int Tokens, int UnitRuns, IReadOnlyList<TraceRecord> Records, int[] RecordStarts);
}
