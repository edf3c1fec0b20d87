using System.Text.Json;

namespace Assay.Data.Tokenization.Files;

/// <summary>Reads fields of a tokenizer file; what has another kind than expected ends as <see cref="InvalidTokenizerException"/>.</summary>
internal static class JsonFields
{
    public static JsonElement? Field(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidTokenizerException($"Expected an object with '{name}', found {element.ValueKind}.");
        }

        try
        {
            return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidTokenizerException($"A name beside '{name}' holds a broken surrogate escape.", exception);
        }
    }

    public static bool Flag(this JsonElement element, string name, bool otherwise) => element.Field(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw new InvalidTokenizerException($"'{name}' is not true or false."),
    };

    public static string? Text(this JsonElement element, string name) => element.Field(name)?.AsText(name);

    public static string RequiredText(this JsonElement element, string name) =>
        element.Text(name) ?? throw new InvalidTokenizerException($"'{name}' is missing.");

    /// <summary>An added token as <c>tokenizer.json</c> and <c>tokenizer_config.json</c> both describe it.</summary>
    public static AddedToken AsAddedToken(this JsonElement element, int id, string content)
    {
        var special = element.Flag("special", otherwise: false);
        return new(id, content, special)
        {
            Normalized = element.Flag("normalized", otherwise: !special),
            LeftStrip = element.Flag("lstrip", otherwise: false),
            RightStrip = element.Flag("rstrip", otherwise: false),
            SingleWord = element.Flag("single_word", otherwise: false),
        };
    }

    public static byte[] RequiredBase64(this JsonElement element, string name)
    {
        var text = element.RequiredText(name);
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes[..length]
            : throw new InvalidTokenizerException($"'{name}' is not base64.");
    }

    public static string AsText(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw new InvalidTokenizerException($"'{name}' is not a text.");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidTokenizerException($"'{name}' holds a broken surrogate escape.", exception);
        }
    }

    public static int AsTokenId(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id) && id is >= 0 and < Tokenizer.MaxTokens
            ? id
            : throw new InvalidTokenizerException($"The id of '{name}' is not a whole number from 0 to {Tokenizer.MaxTokens - 1}.");

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => element.Field(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        _ => throw new InvalidTokenizerException($"'{name}' is not a list."),
    };

    /// <summary>Names of properties in file order; a name with a broken escape is the file's fault.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> Members(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidTokenizerException($"'{name}' is not an object.");
        }

        foreach (var member in element.EnumerateObject())
        {
            yield return (NameOf(member, name), member.Value);
        }
    }

    private static string NameOf(JsonProperty member, string parent)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidTokenizerException($"A name in '{parent}' holds a broken surrogate escape.", exception);
        }
    }
}
