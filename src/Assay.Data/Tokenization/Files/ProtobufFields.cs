using System.Buffers.Binary;

namespace Assay.Data.Tokenization.Files;

/// <summary>Reads the fields of a protocol buffer message one after the other.</summary>
/// <remarks>https://protobuf.dev/programming-guides/encoding/; groups, which are obsolete, are refused.</remarks>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;

    /// <summary>Number of the current field.</summary>
    public int Number { get; private set; }

    /// <summary>The current field's number when it is a varint, else 0.</summary>
    public ulong Value { get; private set; }

    /// <summary>The current field's bytes when it has bytes: a text, a message, or a fixed number of 4 or 8.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The current field as a 32-bit float.</summary>
    public readonly float Single => Bytes.Length == sizeof(float)
        ? BinaryPrimitives.ReadSingleLittleEndian(Bytes)
        : throw new InvalidTokenizerException($"Field {Number} of the SentencePiece model is no 32-bit number.");

    /// <summary>Moves to the next field.</summary>
    /// <returns>False at the end of the message.</returns>
    /// <exception cref="InvalidTokenizerException">The message is damaged.</exception>
    public bool Read()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        var tag = Varint();
        Number = (int)Math.Min(tag >> 3, int.MaxValue);
        Value = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Value = Varint();
                break;
            case 1:
                Bytes = Take(8);
                break;
            case 2:
                Bytes = Take(Varint());
                break;
            case 5:
                Bytes = Take(4);
                break;
            default:
                throw new InvalidTokenizerException($"Field {Number} of the SentencePiece model has the wire type {tag & 7}.");
        }

        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidTokenizerException("The SentencePiece model holds a number of more than ten bytes.");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)rest.Length)
        {
            throw new InvalidTokenizerException("The SentencePiece model ends inside a field.");
        }

        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }
}
