using System.Text.Json;
using Assay.Data.Tokenization.Patterns;

namespace Assay.Data.Tokenization.Files;

/// <summary>What the descriptions of all parts of a <c>tokenizer.json</c> have in common.</summary>
internal static class PartReader
{
    private const int DeepestSequence = 8;

    /// <summary>The part's type name.</summary>
    public static string Kind(JsonElement element, int depth) =>
        depth <= DeepestSequence ? element.RequiredText("type") : throw new InvalidTokenizerException($"Sequences are nested deeper than {DeepestSequence}.");

    /// <summary>The parts of a sequence, or the part alone, in order.</summary>
    /// <param name="part">The description, or null for none.</param>
    /// <param name="list">Name of the list inside a sequence.</param>
    /// <param name="depth">How deep the part stands.</param>
    public static IEnumerable<(string Kind, JsonElement Element)> Flat(JsonElement? part, string list, int depth = 0)
    {
        if (part is not { } element)
        {
            return [];
        }

        var kind = Kind(element, depth);
        return kind == "Sequence" ? element.Items(list).SelectMany(item => Flat(item, list, depth + 1)) : [(kind, element)];
    }

    /// <summary>A pattern given as <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
    public static IMatcher Pattern(JsonElement element, string part)
    {
        var pattern = element.Field("pattern") ?? throw new InvalidTokenizerException($"A {part} has no pattern.");
        if (pattern.Text("Regex") is { } regex)
        {
            var compiled = SplitPattern.FromRegex(regex);
            return part == "Replace" && compiled.MatchesNothing
                ? throw new InvalidTokenizerException("A Replace has a pattern that matches the empty text; this is not supported.")
                : compiled;
        }

        return pattern.RequiredText("String") switch
        {
            "" => throw new InvalidTokenizerException($"A {part} has an empty pattern."),
            [var unit] => new UnitMatcher(unit),
            var text => new TextMatcher(text),
        };
    }

    /// <summary>A field that holds one character of the basic plane.</summary>
    public static char Unit(JsonElement element, string name) => element.RequiredText(name) is [var unit] && !char.IsSurrogate(unit)
        ? unit
        : throw new InvalidTokenizerException($"'{name}' is not one character up to U+FFFF.");

    public static InvalidTokenizerException Refused(string part, string kind, string supported) =>
        new($"The tokenizer's {part} is '{kind}'; supported are {supported}.");
}
