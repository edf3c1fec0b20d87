using System.Text;
using System.Text.Json;
using Assay.Data.Tokenization.Decoders;
using Assay.Data.Tokenization.Patterns;
using Assay.Data.Tokenization.PreTokenizers;

namespace Assay.Data.Tokenization.Files;

/// <summary>Builds the decoder of a <c>tokenizer.json</c>; anything outside its list is refused by its type name.</summary>
internal static class DecoderReader
{
    private const string Supported = "ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Strip, WordPiece, Sequence";
    private const int MostStripped = 1024;

    private static readonly (string Wide, string Narrow)[] Tidied =
        [(" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re")];

    public static TokenDecoder Read(JsonElement? part)
    {
        if (part is null)
        {
            return TokenDecoder.Blanks;
        }

        var parts = PartReader.Flat(part, "decoders").ToList();
        return new([.. parts.Select(static item => Stage(item.Kind, item.Element))])
        {
            IsByteLevel = parts.Exists(static item => item.Kind == "ByteLevel"),
            HasByteTokens = parts.Exists(static item => item.Kind == "ByteFallback"),
        };
    }

    private static Func<IDecoderStage> Stage(string kind, JsonElement element)
    {
        switch (kind)
        {
            case "ByteFallback":
                return static () => new ByteFallbackStage();
            case "ByteLevel":
                return static () => new ByteLevelStage();
            case "Fuse":
                return static () => new FuseStage();
            case "Metaspace":
                var mark = element.Field("replacement") is null ? '\u2581' : PartReader.Unit(element, "replacement");
                var dropsFirst = PreTokenizerReader.Scheme(element) != PrependScheme.Never;
                return () => new MapStage((text, number) =>
                    number == 0 && dropsFirst ? text.Replace(mark.ToString(), "", StringComparison.Ordinal) : text.Replace(mark, ' '));
            case "Replace":
                var pattern = PartReader.Pattern(element, "Replace");
                var content = element.RequiredText("content");
                return () => new MapStage((text, _) => Replace(pattern, content, text));
            case "Strip":
                var (unit, start, stop) = (PartReader.Unit(element, "content"), Count(element, "start"), Count(element, "stop"));
                return () => new StripStage(unit, start, stop);
            case "WordPiece":
                var prefix = element.Text("prefix") ?? "##";
                var tidies = element.Flag("cleanup", otherwise: true);
                return () => new MapStage((text, number) => WordPiece(text, number, prefix, tidies));
            default:
                throw PartReader.Refused("decoder", kind, Supported);
        }
    }

    private static int Count(JsonElement element, string name) =>
        element.Field(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var count) && count is >= 0 and <= MostStripped
            ? count
            : throw new InvalidTokenizerException($"The '{name}' of a Strip is not a whole number from 0 to {MostStripped}.");

    private static string WordPiece(string text, int number, string prefix, bool tidies)
    {
        if (number > 0)
        {
            text = prefix.Length > 0 && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : $" {text}";
        }

        return tidies ? Tidied.Aggregate(text, static (current, item) => current.Replace(item.Wide, item.Narrow, StringComparison.Ordinal)) : text;
    }

    private static string Replace(IMatcher pattern, string content, string text)
    {
        if (pattern is UnitMatcher { Unit: var unit })
        {
            return text.Replace(unit.ToString(), content, StringComparison.Ordinal);
        }

        var result = new StringBuilder();
        var position = 0;
        foreach (var match in pattern.Find(text))
        {
            result.Append(text, position, match.Start - position).Append(content);
            position = match.End;
        }

        return result.Append(text, position, text.Length - position).ToString();
    }
}
