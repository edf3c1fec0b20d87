using System.Buffers;
using System.Text.Json;

namespace Assay.Data.Trace;

/// <summary>How surprising each token of one tokenizer is in general text: −log₂ of its share of a reference corpus, in thousandths of a bit.</summary>
/// <remarks>The corpus is frozen with the tokenizer and never a datanet, whose contributors could move the figures. Integers, so that every machine gives the same sums.</remarks>
public sealed class ReferenceBits
{
    private const string Format = "assay/reference-bits/v1";
    private const int MostMilliBits = 64_000;

    private readonly int[] milliBits;

    private ReferenceBits(int[] milliBits, string tokenizerHash)
    {
        this.milliBits = milliBits;
        TokenizerHash = tokenizerHash;
    }

    /// <summary>Token ids the table covers: 0 to this, exclusive.</summary>
    public int VocabularySize => milliBits.Length;

    /// <summary>SHA-256 of the <c>tokenizer.json</c> whose ids these are, in lower-case hexadecimal.</summary>
    public string TokenizerHash { get; }

    /// <summary>Builds the table from counts with add-one smoothing: p = (count + 1) / (total + ids).</summary>
    /// <param name="counts">Occurrences of each token id in the reference corpus, none negative.</param>
    /// <param name="tokenizerHash">SHA-256 of the <c>tokenizer.json</c>, hexadecimal.</param>
    public static ReferenceBits FromCounts(ReadOnlySpan<long> counts, string tokenizerHash)
    {
        var total = 0L;
        foreach (var count in counts)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(counts));
            total = checked(total + count);
        }

        var bits = new int[counts.Length];
        for (var id = 0; id < bits.Length; id++)
        {
            bits[id] = (int)Math.Round(1000 * Math.Log2(((double)total + counts.Length) / (counts[id] + 1.0)));
        }

        return new(bits, tokenizerHash);
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidReferenceBitsException">The bytes are no such table.</exception>
    public static ReferenceBits Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format) || !format.ValueEquals(Format))
            {
                throw new InvalidReferenceBitsException($"The reference-bits table is not of the format '{Format}'.");
            }

            return new([.. root.GetProperty("milli_bits").EnumerateArray().Select(MilliBits)], root.GetProperty("tokenizer_sha256").GetString() ?? "");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidReferenceBitsException($"The reference-bits table is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>The table as the bytes of <c>reference_bits.json</c>; the same table gives the same bytes.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("tokenizer_sha256", TokenizerHash);
            json.WriteStartArray("milli_bits");
            foreach (var bits in milliBits)
            {
                json.WriteNumberValue(bits);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Thousandths of a bit of one token; 0 for an id outside the table, so that unknown tokens never make a span count.</summary>
    public int MilliBitsOf(int id) => (uint)id < (uint)milliBits.Length ? milliBits[id] : 0;

    /// <summary>Thousandths of a bit of a stretch of tokens.</summary>
    public long MilliBitsOf(ReadOnlySpan<int> ids)
    {
        var sum = 0L;
        foreach (var id in ids)
        {
            sum += MilliBitsOf(id);
        }

        return sum;
    }

    private static int MilliBits(JsonElement item) => item.TryGetInt32(out var bits) && bits is >= 0 and <= MostMilliBits
        ? bits
        : throw new InvalidReferenceBitsException($"The reference-bits table holds a figure that is not a whole number from 0 to {MostMilliBits}.");
}
