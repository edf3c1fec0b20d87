using System.Text;
using System.Text.Json;

namespace Assay.Data.Tokenization.Pipeline;

/// <summary>Builds the parts of a pipeline from their descriptions; each list of kinds is here, anything else is refused by its type name.</summary>
internal static class PipelineReader
{
    private const int DeepestSequence = 8;

    public static INormalizer Normalizer(JsonElement? part, int depth = 0) => part is not { } element ? new SequenceNormalizer([]) : Kind(element, depth) switch
    {
        "NFC" => new UnicodeNormalizer(NormalizationForm.FormC),
        "Sequence" => new SequenceNormalizer([.. element.Items("normalizers").Select(item => Normalizer(item, depth + 1))]),
        var other => throw Refused("normalizer", other, "NFC, Sequence"),
    };

    public static IPreTokenizer PreTokenizer(JsonElement? part, int depth = 0) => part is not { } element ? new SequencePreTokenizer([]) : Kind(element, depth) switch
    {
        "ByteLevel" => new ByteLevelPreTokenizer(element.Flag("add_prefix_space", otherwise: true), element.Flag("use_regex", otherwise: true)),
        "Split" => new SplitPreTokenizer(Pattern(element), Behavior(element), element.Flag("invert", otherwise: false)),
        "Digits" => new DigitsPreTokenizer(element.Flag("individual_digits", otherwise: false)),
        "Sequence" => new SequencePreTokenizer([.. element.Items("pretokenizers").Select(item => PreTokenizer(item, depth + 1))]),
        var other => throw Refused("pre_tokenizer", other, "ByteLevel, Split, Digits, Sequence"),
    };

    /// <summary>True when the pre-tokeniser turns text into bytes, without which byte-level tokens cannot match.</summary>
    public static bool IsByteLevel(JsonElement? part, int depth = 0) => part is { } element && Kind(element, depth) switch
    {
        "ByteLevel" => true,
        "Sequence" => element.Items("pretokenizers").Any(item => IsByteLevel(item, depth + 1)),
        _ => false,
    };

    /// <summary>The special ids that the post-processor puts before and after a text.</summary>
    public static (int[] Before, int[] After) PostProcessor(JsonElement? part, int depth = 0)
    {
        if (part is not { } element)
        {
            return ([], []);
        }

        switch (Kind(element, depth))
        {
            case "ByteLevel":
                return ([], []);
            case "TemplateProcessing":
                return Template(element);
            case "Sequence":
                var inner = element.Items("processors").Select(item => PostProcessor(item, depth + 1)).ToList();
                return ([.. Enumerable.Reverse(inner).SelectMany(static item => item.Before)], [.. inner.SelectMany(static item => item.After)]);
            case var other:
                throw Refused("post_processor", other, "ByteLevel, TemplateProcessing, Sequence");
        }
    }

    public static void RequireByteLevelDecoder(JsonElement? part, int depth = 0)
    {
        if (part is not { } element)
        {
            throw new InvalidTokenizerException("The tokenizer has no decoder; a byte-level one is needed.");
        }

        var kind = Kind(element, depth);
        if (kind == "Sequence")
        {
            var inner = element.Items("decoders").ToList();
            if (inner.Count != 1)
            {
                throw new InvalidTokenizerException("Only a decoder sequence of one ByteLevel part is supported.");
            }

            RequireByteLevelDecoder(inner[0], depth + 1);
        }
        else if (kind != "ByteLevel")
        {
            throw Refused("decoder", kind, "ByteLevel, Sequence");
        }
    }

    private static (int[] Before, int[] After) Template(JsonElement element)
    {
        var named = element.Field("special_tokens") is { } map
            ? map.Members("special_tokens").ToDictionary(static item => item.Name, static item => item.Value, StringComparer.Ordinal)
            : [];
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
            ? ([.. before], [.. after])
            : throw new InvalidTokenizerException($"The single-text template holds its text {seen} times; exactly once is supported.");
    }

    private static SplitPattern Pattern(JsonElement element)
    {
        var pattern = element.Field("pattern") ?? throw new InvalidTokenizerException("A Split has no pattern.");
        return pattern.Text("Regex") is { } regex ? SplitPattern.FromRegex(regex) : SplitPattern.FromString(pattern.RequiredText("String"));
    }

    private static SplitBehavior Behavior(JsonElement element)
    {
        var name = element.RequiredText("behavior");
        return Enum.GetNames<SplitBehavior>().Contains(name)
            ? Enum.Parse<SplitBehavior>(name)
            : throw Refused("Split behavior", name, string.Join(", ", Enum.GetNames<SplitBehavior>()));
    }

    private static string Kind(JsonElement element, int depth) =>
        depth <= DeepestSequence ? element.RequiredText("type") : throw new InvalidTokenizerException($"Sequences are nested deeper than {DeepestSequence}.");

    private static InvalidTokenizerException Refused(string part, string kind, string supported) =>
        new($"The tokenizer's {part} is '{kind}'; supported are {supported}.");
}
