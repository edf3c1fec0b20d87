using System.Text;
using System.Text.Json;
using Assay.Data.Tokenization.Normalizers;

namespace Assay.Data.Tokenization.Files;

/// <summary>Builds the normaliser of a <c>tokenizer.json</c>; anything outside its list is refused by its type name.</summary>
internal static class NormalizerReader
{
    private const string Supported =
        "NFC, NFD, NFKC, NFKD, Lowercase, Precompiled, Prepend, Replace, Strip, StripAccents, Sequence";

    public static INormalizer Read(JsonElement? part) =>
        new SequenceNormalizer([.. PartReader.Flat(part, "normalizers").Select(static item => Single(item.Kind, item.Element))]);

    private static INormalizer Single(string kind, JsonElement element) => kind switch
    {
        "NFC" => new UnicodeNormalizer(NormalizationForm.FormC),
        "NFD" => new UnicodeNormalizer(NormalizationForm.FormD),
        "NFKC" => new UnicodeNormalizer(NormalizationForm.FormKC),
        "NFKD" => new UnicodeNormalizer(NormalizationForm.FormKD),
        "Lowercase" => new LowercaseNormalizer(),
        "Precompiled" => new PrecompiledNormalizer(CharsMap.Parse(element.RequiredBase64("precompiled_charsmap"))),
        "Prepend" => new PrependNormalizer(element.RequiredText("prepend")),
        "Replace" => new ReplaceNormalizer(PartReader.Pattern(element, "Replace"), element.RequiredText("content")),
        "Strip" => new StripNormalizer(element.Flag("strip_left", otherwise: true), element.Flag("strip_right", otherwise: true)),
        "StripAccents" => new StripAccentsNormalizer(),
        _ => throw PartReader.Refused("normalizer", kind, Supported),
    };
}
