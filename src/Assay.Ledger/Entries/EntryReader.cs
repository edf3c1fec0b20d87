using System.Globalization;
using System.Text.Json;

namespace Assay.Ledger.Entries;

/// <summary>Takes the members of one entry by name and form, and refuses those nobody asked for.</summary>
internal sealed class EntryReader(JsonElement root)
{
    private const int MaxText = 1000;

    private int _taken;

    public string Text(string name) => OptionalText(name) ?? throw Missing(name);

    public string? OptionalText(string name)
    {
        if (Take(name, JsonValueKind.String) is not { } value)
        {
            return null;
        }

        var text = value.GetString()!;
        return text.Length is >= 1 and <= MaxText ? text : throw Wrong(name, $"has 1 to {MaxText} characters, not {text.Length}");
    }

    public string OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        var text = Text(name);
        return allowed.Contains(text) ? text : throw Wrong(name, $"is one of {string.Join(", ", allowed)}, not '{text}'");
    }

    public string Sha256(string name) => OptionalSha256(name) ?? throw Missing(name);

    public string? OptionalSha256(string name) => OptionalText(name) is not { } text ? null
        : text.Length == 64 && IsLowerHex(text) ? text : throw Wrong(name, "is 64 lower-case hexadecimal digits");

    /// <summary>An id: the prefix letter, an underscore and 16 lower-case hexadecimal digits.</summary>
    public string Id(string name, char prefix) => OptionalId(name, prefix) ?? throw Missing(name);

    public string? OptionalId(string name, char prefix) => OptionalText(name) is not { } text ? null
        : text.Length == 18 && text[0] == prefix && text[1] == '_' && IsLowerHex(text[2..]) ? text
        : throw Wrong(name, $"is '{prefix}_' and 16 lower-case hexadecimal digits, not '{text}'");

    public string Base64(string name, int bytes) => OptionalBase64(name, bytes) ?? throw Missing(name);

    public string? OptionalBase64(string name, int bytes) => OptionalText(name) is not { } text ? null
        : System.Buffers.Text.Base64.IsValid(text, out var length) && length == bytes && Convert.ToBase64String(Convert.FromBase64String(text)) == text ? text
        : throw Wrong(name, $"is {bytes} bytes in standard Base64");

    public long Integer(string name, long min, long max = CanonicalJson.MaxInteger) => OptionalInteger(name, min, max) ?? throw Missing(name);

    public long? OptionalInteger(string name, long min, long max = CanonicalJson.MaxInteger) => Take(name, JsonValueKind.Number) is not { } value ? null
        : value.GetInt64() is var integer && integer >= min && integer <= max ? integer : throw Wrong(name, $"is {min} to {max}, not {integer}");

    public DateOnly Day(string name)
    {
        var text = Text(name);
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day : throw Wrong(name, $"is a day such as 2026-11-22, not '{text}'");
    }

    public IReadOnlyList<string> Texts(string name) => Items(name, item => item.ValueKind == JsonValueKind.String && item.GetString() is { Length: >= 1 and <= MaxText } text
        ? text : throw Wrong(name, $"is a list of texts of 1 to {MaxText} characters"));

    public IReadOnlyList<long> Indices(string name) => Items(name, item => item.ValueKind == JsonValueKind.Number && item.GetInt64() is >= 0 and var index
        ? index : throw Wrong(name, "is a list of ledger indices"));

    /// <summary>Called after the last member: what was not taken does not belong to this type.</summary>
    public void End()
    {
        if (root.GetPropertyCount() != _taken)
        {
            throw new LedgerFormatException($"the entry has {root.GetPropertyCount()} members, its type knows {_taken} of them");
        }
    }

    private List<T> Items<T>(string name, Func<JsonElement, T> read) =>
        Take(name, JsonValueKind.Array) is { } list ? [.. list.EnumerateArray().Select(read)] : throw Missing(name);

    private JsonElement? Take(string name, JsonValueKind kind)
    {
        if (!root.TryGetProperty(name, out var value))
        {
            return null;
        }

        _taken++;
        return value.ValueKind == kind ? value : throw Wrong(name, $"is a JSON {kind}, not {value.ValueKind}");
    }

    private static bool IsLowerHex(string text) => text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');

    private static LedgerFormatException Missing(string name) => new($"member '{name}' is missing");

    private static LedgerFormatException Wrong(string name, string rule) => new($"member '{name}' {rule}");
}
