using Assay.Data.FileTypes;

namespace Assay.Data.Validation;

/// <summary>One rule as people read of it.</summary>
/// <param name="Rule">Its id.</param>
/// <param name="Version">Raised whenever the same file could get another score.</param>
/// <param name="Weight">Share in the sum of its kind, of 100.</param>
/// <param name="OnZero">What score 0 does.</param>
/// <param name="Parameters">What it looks at, with its numbers.</param>
/// <param name="Fix">What a contributor can do about a low score.</param>
public sealed record RuleDescription(string Rule, int Version, int Weight, OnZero OnZero, string Parameters, string Fix);

/// <summary>The public table of rules, made from <see cref="ValidationRules.All"/>.</summary>
public static class RuleTable
{
    private const string CaptionRelevance = "Cosine of the words of note, intended use and the file's own titles to the frozen profile: 0 up to low, full from high, both in the finding. No words: 0.";

    private static readonly Dictionary<string, string> Parameters = new()
    {
        ["format"] = "The whole file is read as its type: 1000, else 0.",
        ["structure"] = "Share f of well-formed records: (f − 0.8) / 0.2.",
        ["Image/structure"] = "One picture, shorter side at least 224 pixels, at most 8 times as long as wide, at most 40 megapixels: 1000, else 0.",
        ["Audio/structure"] = "0.5 to 600 seconds, 8 to 192 kHz, at most 8 channels: 1000, else 0.",
        ["substance"] = "At least 200 characters (80 in Chinese, Japanese, Korean; rows 80 and 40 together), one record, and letters that form words of a known language (not asked of code).",
        ["integrity"] = "1 − the largest of: U+FFFD / 0.1 %, control characters / 0.1 %, mojibake pairs / 0.5 %, empty fields / 5 %; a cut-off last record costs 0.2.",
        ["Image/integrity"] = "Every checksum and length holds, every pixel decodes, nothing follows the end: 1000, else 0.",
        ["Audio/integrity"] = "Every frame is walked, every checksum holds, announced and real length differ by at most 0.5 s, nothing follows the end: 1000, else 0.",
        ["relevance"] = "Cosine of weighted words to the frozen profile: 0 up to low, full from high, both in the finding. Keywords that are not text: 0.",
        ["Image/relevance"] = CaptionRelevance,
        ["Audio/relevance"] = CaptionRelevance,
        ["novelty"] = "Per record (0.8 − J) / 0.3, J the Jaccard similarity of character 5-grams to the nearest earlier record; mean by length, below 200: 0.",
        ["Image/novelty"] = "Bits that differ between the 64-bit difference hashes of the picture or its crops and the nearest earlier one's: 0 up to 4, full from 11. Equal pixels: 0.",
        ["Audio/novelty"] = "Share of the clip's pieces of 3 s that an earlier clip holds (at most 35 % of the fingerprint's bits differ): full to 0.2, 0 from 0.8. Equal samples or MP3 frames: 0.",
        ["repetition"] = "Share of characters in repeated lines or the commonest phrase of four words: full to 0.2, none from 0.5 (code 0.4 and 0.8); of rows the answers, against the whole.",
        ["language"] = "Confidence of the best declared language: full from 0.5; not asked of code or below 100 characters.",
        ["context"] = "Share of the four statements that are given: source, licence, intended use, usefulness.",
        ["pii"] = "E-mail, telephone (9 digits and context), public IP, IBAN (mod 97), card (Luhn), the operator's patterns: 1 − hits per 1,000 words / 5. Masked when rendered; a datanet may refuse it; a pattern may reject at one find.",
        ["secrets"] = "Private keys, tokens of known shape, assignments of 16 characters with 3.5 bits each: any one is 0. Four characters are shown.",
        ["hidden-text"] = "Bidirectional controls, Unicode tags, more than 5 zero-width characters in 1,000, runs that a document hides: 0.",
        ["derived"] = "Share of records that hold at least 0.3 of an earlier record's runs of four rare words; the source is named.",
        ["plagiarism"] = "A record with at least 0.3 of its runs of four words from another public datanet: 0.",
        ["contamination"] = "A record with at least 0.3 of its runs of 13 words from a registered test set: 0.",
        ["licence"] = "SPDX line or licence text inside that is not the stated licence: 0.",
        ["web-signals"] = "What the filters of Gopher, C4 and FineWeb would say; never counted.",
        ["style-signals"] = "Flesch reading ease, insulting words above 2 in 1,000, boilerplate of web pages; never counted.",
        ["sharpness"] = "Variance of the Laplacian at 512 pixels: 0 up to 20, full from 100; never counted.",
        ["Image/content"] = "Standard deviation of the luminance at least 4 of 255 and at least 1 bit of entropy a pixel: 1000, else 0.",
        ["Audio/content"] = "At most 80 % of the pieces of 50 ms under −60 dBFS, at most 1 % of the samples clipped, −45 to −3 dBFS in all: 1000, else 0.",
        ["location"] = "Whether the file carries a GPS position (EXIF or XMP); never counted. Previews do not carry it, the file itself does.",
    };

    /// <summary>The rules of a kind, in the order of findings.</summary>
    public static IReadOnlyList<RuleDescription> For(DatanetKind kind) =>
    [
        .. ValidationRules.For(kind).Select(rule => new RuleDescription(rule.Id, rule.Version, rule.Weight, rule.OnZero, Parameters.GetValueOrDefault($"{kind}/{rule.Id}") ?? Parameters.GetValueOrDefault(rule.Id, ""), rule.Fix)),
    ];
}
