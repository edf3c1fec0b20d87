using System.IO.MemoryMappedFiles;

namespace Assay.Data.Formats;

/// <summary>A safetensors file, mapped read-only into memory; nothing is copied.</summary>
/// <remarks>
/// Safe for concurrent reading. Spans from <see cref="Bytes"/> must not outlive the file.
/// Map only files that nobody can shrink (content-addressed blobs): reading past a truncated end stops the process.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile mapping;
    private readonly MemoryMappedViewAccessor view;
    private readonly Dictionary<string, TensorEntry> entries;
    private byte* data;

    private SafetensorsFile(MemoryMappedFile mapping, MemoryMappedViewAccessor view, SafetensorsHeader header)
    {
        (this.mapping, this.view, Header) = (mapping, view, header);
        entries = header.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        byte* begin = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref begin);
        data = begin + view.PointerOffset + header.DataBegin;
    }

    /// <summary>What the file says about its tensors.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="InvalidSafetensorsException">The content is not an acceptable safetensors file.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is ".bin" or ".pt" or ".pth" or ".ckpt" or ".pkl" or ".pickle")
        {
            throw new InvalidSafetensorsException($"'{Path.GetFileName(path)}' is named like a pickle, which can run code when it is opened. Only safetensors files are read.");
        }

        var header = ReadHeader(path, out long length);
        var mapping = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        try
        {
            var view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            return new SafetensorsFile(mapping, view, header);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>The tensor called <paramref name="name"/>, or null.</summary>
    public TensorEntry? Find(string name) => entries.GetValueOrDefault(name);

    /// <summary>The bytes of a tensor of this file, little-endian, row-major.</summary>
    /// <exception cref="ArgumentException">The entry is of another file, or larger than 2 GiB: use <see cref="Address"/>.</exception>
    public ReadOnlySpan<byte> Bytes(TensorEntry entry)
    {
        if (entry.Length > int.MaxValue)
        {
            throw new ArgumentException($"Tensor '{entry.Name}' has {entry.Length} bytes; a span holds at most {int.MaxValue}.", nameof(entry));
        }

        return new ReadOnlySpan<byte>((void*)Address(entry), (int)entry.Length);
    }

    /// <summary>The same bytes as <see cref="Bytes"/>, in a form that a record can hold; still only valid until the file is disposed.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Bytes"/>.</exception>
    public ReadOnlyMemory<byte> Memory(TensorEntry entry) => Bytes(entry).IsEmpty ? default : new MappedBytes(this, entry).Memory;

    /// <summary>Address of the first byte of a tensor; valid until the file is disposed.</summary>
    public nint Address(TensorEntry entry)
    {
        ObjectDisposedException.ThrowIf(data == null, this);
        return ReferenceEquals(entries.GetValueOrDefault(entry.Name), entry)
            ? (nint)(data + entry.Begin)
            : throw new ArgumentException($"Tensor '{entry.Name}' is not an entry of this file.", nameof(entry));
    }

    /// <summary>Keeps the mapping, and with it every <see cref="Address"/>, valid until the result is disposed, even beyond this object's own disposal.</summary>
    public IDisposable Lease()
    {
        ObjectDisposedException.ThrowIf(data == null, this);
        return new MappingLease(view.SafeMemoryMappedViewHandle);
    }

    public void Dispose()
    {
        if (data != null)
        {
            data = null;
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            mapping.Dispose();
        }
    }

    private static SafetensorsHeader ReadHeader(string path, out long length)
    {
        using var stream = File.OpenRead(path);
        length = stream.Length;
        Span<byte> head = stackalloc byte[(int)Math.Min(length, 64)];
        stream.ReadExactly(head);
        byte[] text = new byte[SafetensorsHeader.ReadLength(head, length)];
        stream.Position = 8;
        stream.ReadExactly(text);
        return SafetensorsHeader.Parse(text, length);
    }

    private sealed class MappingLease : IDisposable
    {
        private readonly Microsoft.Win32.SafeHandles.SafeMemoryMappedViewHandle handle;
        private bool held;

        public MappingLease(Microsoft.Win32.SafeHandles.SafeMemoryMappedViewHandle handle)
        {
            this.handle = handle;
            handle.DangerousAddRef(ref held);
        }

        public void Dispose()
        {
            if (held)
            {
                held = false;
                handle.DangerousRelease();
            }
        }
    }
}
