using System.Buffers.Binary;
using System.Security.Cryptography;
using Assay.Ledger.Entries;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Appending;

/// <summary>
/// A journal in two files. <c>entries</c> only grows: each entry after its length (uint16) and 8 bytes of its SHA-256.
/// <c>head</c> is replaced in one step and says how many of them have an index; the rest is pending. File order is commit order.
/// </summary>
/// <remarks>Thread safe. One process at a time: the file is held open exclusively.</remarks>
public sealed class FileLedgerJournal : ILedgerJournal, IDisposable
{
    private const int FrameHead = 2 + 8;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly DurableFiles _files;
    private readonly FileStream _entries;
    private readonly string _headPath;
    private readonly List<long> _offsets = [0]; // offset of each entry and, last, of the end of the good frames
    private readonly int _maxPending;
    private bool _broken;

    private FileLedgerJournal(string folder, DurableFiles files, int maxPending)
    {
        _files = files;
        _maxPending = maxPending;
        _headPath = Path.Combine(folder, "head");
        files.CreateFolder(folder, folder);
        _entries = new FileStream(Path.Combine(folder, "entries"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }

    /// <summary>Entries that are acknowledged and wait for their index.</summary>
    public int Pending
    {
        get
        {
            lock (_lock)
            {
                return (int)(Count - ReadHead().Size);
            }
        }
    }

    private long Count => _offsets.Count - 1;

    /// <summary>Opens a journal, or begins one. A frame that a crash left half written was never acknowledged and is cut off.</summary>
    /// <param name="folder">Where the two files are. The folder above it exists.</param>
    /// <param name="maxPending">From this many pending entries on, new ones are refused with <see cref="LedgerOverloadedException"/>.</param>
    /// <exception cref="LedgerCorruptException">A sequenced entry is damaged, or the head is.</exception>
    public static FileLedgerJournal Open(string folder, int maxPending = 10_000) => Open(folder, maxPending, new DurableFiles());

    internal static FileLedgerJournal Open(string folder, int maxPending, DurableFiles files)
    {
        var journal = new FileLedgerJournal(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), files, maxPending);
        try
        {
            journal.Scan();
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Stores entries as pending, all or none. Durable on return: this is the acknowledgement.</summary>
    /// <exception cref="LedgerOverloadedException">Too many are pending.</exception>
    /// <exception cref="IOException">Whether they were stored is open; they may be sequenced all the same.</exception>
    public void Append(IReadOnlyList<LedgerEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        AppendBytes([.. entries.Select(entry => entry.ToBytes())]);
    }

    /// <inheritdoc/>
    public Task<RightEdge> ReadHeadAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            return Task.FromResult(ReadHead());
        }
    }

    /// <inheritdoc/>
    public Task<RightEdge> SequenceAsync(int limit, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        cancel.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var head = ReadHead();
            var count = (int)Math.Min(limit, Count - head.Size);
            if (count > 0)
            {
                TreeHash[] leaves = [.. Enumerable.Range(0, count).Select(i => TreeHash.OfLeaf(Read(head.Size + i)))];
                head = head.Append(leaves);
                var bytes = head.ToBytes();
                _files.Write(_headPath, [.. SHA256.HashData(bytes), .. bytes]);
            }

            return Task.FromResult(head);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(long first, int count, CancellationToken cancel)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(first);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, ReadHead().Size);
            return Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)Read(first + i))]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _entries.Dispose();

    internal void AppendBytes(IReadOnlyList<byte[]> entries)
    {
        lock (_lock)
        {
            if (_broken)
            {
                throw new IOException("An earlier write failed and could not be undone. Open the journal again.");
            }

            var pending = Pending;
            if (pending + entries.Count > _maxPending)
            {
                throw new LedgerOverloadedException(pending, RetryAfter);
            }

            var end = _offsets[^1];
            try
            {
                _files.Append(_entries, entries.SelectMany(Frame).ToArray(), end);
            }
            catch
            {
                Undo(end);
                throw;
            }

            foreach (var entry in entries)
            {
                _offsets.Add(end += FrameHead + entry.Length);
            }
        }
    }

    private static byte[] Frame(byte[] entry)
    {
        if (entry.Length is < 1 or > EntryBundle.MaxEntryLength)
        {
            throw new ArgumentException($"An entry has 1 to {EntryBundle.MaxEntryLength} bytes, not {entry.Length}.", nameof(entry));
        }

        return [(byte)(entry.Length >> 8), (byte)entry.Length, .. SHA256.HashData(entry).AsSpan(0, 8), .. entry];
    }

    private void Undo(long end)
    {
        try
        {
            _entries.SetLength(end);
            _entries.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            _broken = true; // the next frame would follow a torn one
        }
    }

    private void Scan()
    {
        var head = ReadHead();
        while (TryReadAt(_offsets[^1], out var entry))
        {
            _offsets.Add(_offsets[^1] + FrameHead + entry.Length);
        }

        if (Count < head.Size)
        {
            throw new LedgerCorruptException($"The journal's head says {head.Size} entries, but only {Count} are intact: entry {Count} is missing or damaged.");
        }

        if (_entries.Length > _offsets[^1])
        {
            _entries.SetLength(_offsets[^1]);
            _entries.Flush(flushToDisk: true);
        }
    }

    private RightEdge ReadHead()
    {
        if (!File.Exists(_headPath))
        {
            return RightEdge.Empty;
        }

        var bytes = File.ReadAllBytes(_headPath).AsSpan();
        try
        {
            return bytes.Length >= 32 && SHA256.HashData(bytes[32..]).AsSpan().SequenceEqual(bytes[..32])
                ? RightEdge.Parse(bytes[32..])
                : throw new LedgerCorruptException($"{_headPath} is damaged.");
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException($"{_headPath} is damaged: {e.Message}", e);
        }
    }

    private byte[] Read(long index) => TryReadAt(_offsets[(int)index], out var entry)
        ? entry
        : throw new LedgerCorruptException($"Entry {index} of the journal is damaged.");

    private bool TryReadAt(long offset, out byte[] entry)
    {
        Span<byte> frame = stackalloc byte[FrameHead];
        entry = [];
        if (RandomAccess.Read(_entries.SafeFileHandle, frame, offset) != FrameHead)
        {
            return false;
        }

        entry = new byte[BinaryPrimitives.ReadUInt16BigEndian(frame)];
        return entry.Length > 0
            && RandomAccess.Read(_entries.SafeFileHandle, entry, offset + FrameHead) == entry.Length
            && SHA256.HashData(entry).AsSpan(0, 8).SequenceEqual(frame[2..]);
    }
}
