using System.Text.Json;
using Assay.Data.Tokenization.Patterns;
using Assay.Data.Tokenization.PreTokenizers;

namespace Assay.Data.Tokenization.Files;

/// <summary>Builds the pre-tokeniser of a <c>tokenizer.json</c>; anything outside its list is refused by its type name.</summary>
internal static class PreTokenizerReader
{
    private const string Supported =
        "BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Split, Whitespace, WhitespaceSplit, Sequence";

    /// <param name="part">The description, or null for none.</param>
    /// <param name="readsBytes">True when the model reads a text's bytes itself, so that ByteLevel, as the last part, need not spell them.</param>
    public static IPreTokenizer Read(JsonElement? part, bool readsBytes) =>
        new SequencePreTokenizer([.. PartReader.Flat(part, "pretokenizers").SelectMany(item => Parts(item.Kind, item.Element, readsBytes))]);

    /// <summary>True when ByteLevel is among the parts once, at the end: a model may then read bytes instead of their spelling.</summary>
    public static bool EndsInBytes(JsonElement? part)
    {
        var kinds = PartReader.Flat(part, "pretokenizers").Select(static item => item.Kind).ToList();
        return kinds.Count(static kind => kind == "ByteLevel") == 1 && kinds[^1] == "ByteLevel";
    }

    private static IEnumerable<IPreTokenizer> Parts(string kind, JsonElement element, bool readsBytes) => kind switch
    {
        "BertPreTokenizer" => [Split(RuneMatcher.Blanks, SplitBehavior.Removed), Split(RuneMatcher.Punctuation, SplitBehavior.Isolated)],
        "ByteLevel" => [new ByteLevelPreTokenizer(
            element.Flag("add_prefix_space", otherwise: true), element.Flag("use_regex", otherwise: true), spell: !readsBytes)],
        "Digits" => [Split(RuneMatcher.Numbers, element.Flag("individual_digits", otherwise: false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous)],
        "Metaspace" => [Metaspace(element)],
        "Punctuation" => [Split(RuneMatcher.Punctuation, Behavior(element, "Isolated"))],
        "Split" => [new SplitPreTokenizer(PartReader.Pattern(element, "Split"), Behavior(element, otherwise: null), element.Flag("invert", otherwise: false))],
        "Whitespace" => [new SplitPreTokenizer(SplitPattern.RustWords, SplitBehavior.Removed, invert: true)],
        "WhitespaceSplit" => [Split(RuneMatcher.Blanks, SplitBehavior.Removed)],
        _ => throw PartReader.Refused("pre_tokenizer", kind, Supported),
    };

    private static SplitPreTokenizer Split(IMatcher matcher, SplitBehavior behavior) => new(matcher, behavior, invert: false);

    private static MetaspacePreTokenizer Metaspace(JsonElement element)
    {
        var scheme = Scheme(element);
        return new(element.Field("replacement") is null ? '\u2581' : PartReader.Unit(element, "replacement"), scheme, element.Flag("split", otherwise: true));
    }

    /// <summary>The scheme of a Metaspace; old files say <c>add_prefix_space</c> instead.</summary>
    public static PrependScheme Scheme(JsonElement element)
    {
        var old = element.Flag("add_prefix_space", otherwise: true);
        return element.Text("prepend_scheme") switch
        {
            null => old ? PrependScheme.Always : PrependScheme.Never,
            "never" => PrependScheme.Never,
            "always" when old => PrependScheme.Always,
            "first" when old => PrependScheme.First,
            "always" or "first" => throw new InvalidTokenizerException("A Metaspace has 'add_prefix_space' false and a 'prepend_scheme' that adds one."),
            var other => throw PartReader.Refused("prepend_scheme", other, "always, first, never"),
        };
    }

    private static SplitBehavior Behavior(JsonElement element, string? otherwise)
    {
        var name = element.Text("behavior") ?? otherwise ?? element.RequiredText("behavior");
        return Enum.GetNames<SplitBehavior>().Contains(name)
            ? Enum.Parse<SplitBehavior>(name)
            : throw PartReader.Refused("Split behavior", name, string.Join(", ", Enum.GetNames<SplitBehavior>()));
    }
}
