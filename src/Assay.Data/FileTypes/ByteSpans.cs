using System.Buffers.Binary;
using System.Text;

namespace Assay.Data.FileTypes;

/// <summary>Numbers and marks in untrusted bytes; a place outside them is a file that is cut off.</summary>
internal static class ByteSpans
{
    extension(ReadOnlySpan<byte> bytes)
    {
        /// <summary>The bytes [start, start + length).</summary>
        /// <exception cref="InvalidFileException">They are not all there.</exception>
        public ReadOnlySpan<byte> Part(long start, long length) =>
            start >= 0 && length >= 0 && start + length <= bytes.Length
                ? bytes.Slice((int)start, (int)length)
                : throw FileFaults.CutOff($"{length} bytes belong at offset {start}", bytes.Length);

        public ushort Le16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.Part(at, 2));

        public uint Le32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.Part(at, 4));

        public ushort Be16(long at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.Part(at, 2));

        public uint Be32(long at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.Part(at, 4));

        /// <summary>Four bytes as letters, for messages.</summary>
        public string Mark(long at) => DisplayName.Line(Encoding.Latin1.GetString(bytes.Part(at, 4)));
    }
}
