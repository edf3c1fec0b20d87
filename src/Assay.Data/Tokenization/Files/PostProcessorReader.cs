using System.Text.Json;

namespace Assay.Data.Tokenization.Files;

/// <summary>Reads which special ids the post-processor of a <c>tokenizer.json</c> puts around a single text.</summary>
internal static class PostProcessorReader
{
    private const string Supported = "ByteLevel, TemplateProcessing, Sequence";

    public static (int[] Before, int[] After) Read(JsonElement? part)
    {
        List<int> before = [], after = [];
        foreach (var (kind, element) in PartReader.Flat(part, "processors"))
        {
            switch (kind)
            {
                case "ByteLevel":
                    // Changes offsets only.
                    break;
                case "TemplateProcessing":
                    // Later parts stand outside of earlier ones.
                    var (first, last) = Template(element);
                    before.InsertRange(0, first);
                    after.AddRange(last);
                    break;
                default:
                    throw PartReader.Refused("post_processor", kind, Supported);
            }
        }

        return ([.. before], [.. after]);
    }

    private static (List<int> Before, List<int> After) Template(JsonElement element)
    {
        var named = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (element.Field("special_tokens") is { } map)
        {
            foreach (var (name, value) in map.Members("special_tokens"))
            {
                named[name] = value;
            }
        }

        List<int> before = [], after = [];
        var seen = 0;
        foreach (var item in element.Items("single"))
        {
            if (item.Field("Sequence") is { } sequence)
            {
                seen++;
                if (sequence.RequiredText("id") != "A")
                {
                    throw new InvalidTokenizerException("The single-text template names another sequence than A.");
                }
            }
            else if (item.Field("SpecialToken") is { } special)
            {
                var name = special.RequiredText("id");
                if (!named.TryGetValue(name, out var token))
                {
                    throw new InvalidTokenizerException($"The template names '{name}', which its special_tokens lack.");
                }

                (seen == 0 ? before : after).AddRange(token.Items("ids").Select(id => id.AsTokenId(name)));
            }
            else
            {
                throw new InvalidTokenizerException("A template item is neither Sequence nor SpecialToken.");
            }
        }

        return seen == 1
            ? (before, after)
            : throw new InvalidTokenizerException($"The single-text template holds its text {seen} times; exactly once is supported.");
    }
}
