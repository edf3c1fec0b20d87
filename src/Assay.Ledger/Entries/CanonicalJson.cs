using System.Text;
using System.Text.Json;

namespace Assay.Ledger.Entries;

/// <summary>
/// RFC 8785 with tighter limits: ASCII member names, NFC strings, integers of at most 2⁵³ − 1, no floats, no null,
/// no duplicate names, at most 8 levels. One value has exactly one spelling, so hashes and signatures are over bytes.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Largest magnitude of an integer: 2⁵³ − 1. Larger ones are written as decimal strings.</summary>
    public const long MaxInteger = (1L << 53) - 1;

    /// <summary>Deepest nesting, counting the outermost object.</summary>
    public const int MaxDepth = 8;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Reads one object, and accepts it only when writing it again gives the same bytes.</summary>
    /// <param name="bytes">UTF-8, at most 65,535 bytes.</param>
    /// <exception cref="LedgerFormatException">Anything else, with the reason.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < 2 or > Tree.EntryBundle.MaxEntryLength)
        {
            throw new LedgerFormatException($"canonical JSON has 2 to {Tree.EntryBundle.MaxEntryLength} bytes, not {bytes.Length}");
        }

        try
        {
            var root = JsonElement.Parse(bytes, Strict);
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new LedgerFormatException($"the outermost value is a JSON object, not {root.ValueKind}");
            }

            if (!Rewrite(root).ToBytes().AsSpan().SequenceEqual(bytes))
            {
                throw new LedgerFormatException("the JSON is not in canonical form (member order, spaces, escapes or numbers)");
            }

            return root;
        }
        catch (JsonException e)
        {
            throw new LedgerFormatException($"not JSON as the ledger writes it: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // JsonElement throws the first for invalid UTF-8 and lone surrogates inside strings; the writer throws the second for values out of range.
            throw new LedgerFormatException($"a value is not allowed in the ledger: {e.Message}", e);
        }
    }

    internal static byte[] String(string value)
    {
        if (!IsNormalized(value))
        {
            throw new ArgumentException("Text in the ledger is well-formed Unicode in normalization form C.", nameof(value));
        }

        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append("\\u00").Append(Convert.ToHexStringLower([(byte)c])),
                _ => text.Append(c),
            };
        }

        return Encoding.UTF8.GetBytes(text.Append('"').ToString());
    }

    internal static byte[] Integer(long value) => value is >= -MaxInteger and <= MaxInteger
        ? Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture))
        : throw new ArgumentOutOfRangeException(nameof(value), value, "An integer in the ledger has a magnitude of at most 2^53 - 1; larger ones are strings.");

    internal static byte[] Array(IEnumerable<byte[]> items) => [(byte)'[', .. Joined(items), (byte)']'];

    internal static byte[] Joined(IEnumerable<byte[]> items)
    {
        var joined = new MemoryStream();
        foreach (var item in items)
        {
            if (joined.Length > 0)
            {
                joined.WriteByte((byte)',');
            }

            joined.Write(item);
        }

        return joined.ToArray();
    }

    private static bool IsNormalized(string value)
    {
        try
        {
            return value.IsNormalized(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            return false; // a lone surrogate
        }
    }

    private static CanonicalObject Rewrite(JsonElement element)
    {
        var result = new CanonicalObject();
        foreach (var member in element.EnumerateObject())
        {
            result.AddRaw(member.Name, RewriteValue(member.Value));
        }

        return result;
    }

    private static byte[] RewriteValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Rewrite(value).ToBytes(),
        JsonValueKind.Array => Array(value.EnumerateArray().Select(RewriteValue)),
        JsonValueKind.String => String(value.GetString()!),
        JsonValueKind.Number when value.TryGetInt64(out var integer) => Integer(integer),
        JsonValueKind.True => "true"u8.ToArray(),
        JsonValueKind.False => "false"u8.ToArray(),
        JsonValueKind.Number => throw new LedgerFormatException("numbers in the ledger are integers"),
        _ => throw new LedgerFormatException("null is not allowed in the ledger; the member is left out"),
    };
}
