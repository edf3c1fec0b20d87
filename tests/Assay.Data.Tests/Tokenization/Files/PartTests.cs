using System.Text.Json;
using Assay.Data.Tokenization.Decoders;
using Assay.Data.Tokenization.Files;
using Assay.Data.Tokenization.PreTokenizers;

namespace Assay.Data.Tests.Tokenization.Files;

/// <summary>Single parts of a tokenizer.json; the expected texts are what release 0.23.2 of Hugging Face's library makes.</summary>
public sealed class PartTests
{
    [Theory]
    [InlineData("""{"type": "NFKC"}""", "ﬁ①ㄱㅏ é", "fi1가 é")]
    [InlineData("""{"type": "NFD"}""", "é가", "e\u0301\u1100\u1161")]
    [InlineData("""{"type": "NFKD"}""", "㎏", "kg")]
    [InlineData("""{"type": "Lowercase"}""", "ÀİΣẞ𐐀", "ài\u0307σß𐐨")]
    [InlineData("""{"type": "Strip", "strip_left": true, "strip_right": false}""", "\u3000 a ", "a ")]
    [InlineData("""{"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]}""", "Ångström é", "Angstrom e")]
    [InlineData("""{"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▂"}""", "a  b    c d", "a▂b▂c d")]
    [InlineData("""{"type": "Replace", "pattern": {"String": "ab"}, "content": ""}""", "cabdab", "cd")]
    [InlineData("""{"type": "Prepend", "prepend": "▁"}""", "x", "▁x")]
    [InlineData("""{"type": "Prepend", "prepend": "▁"}""", "", "")]
    public void A_normaliser_rewrites_text_as_the_reference_does(string part, string text, string expected)
    {
        var changed = NormalizerReader.Read(Json(part)).Apply(new(text, 0));
        Assert.Equal(expected, changed.Value);
        Assert.All(Enumerable.Range(0, changed.Value.Length), unit => Assert.InRange(changed.SpanOf(unit).End, changed.SpanOf(unit).Start, text.Length));
    }

    [Theory]
    [InlineData("""{"type": "Split", "pattern": {"String": "-"}, "behavior": "Removed", "invert": false}""", "a--b-", "a/b")]
    [InlineData("""{"type": "Split", "pattern": {"String": "-"}, "behavior": "Isolated", "invert": false}""", "a--b-", "a/-/-/b/-")]
    [InlineData("""{"type": "Split", "pattern": {"String": "-"}, "behavior": "MergedWithPrevious", "invert": false}""", "-a--b-", "-/a-/-/b-")]
    [InlineData("""{"type": "Split", "pattern": {"String": "-"}, "behavior": "MergedWithNext", "invert": false}""", "-a--b-", "-a/-/-b/-")]
    [InlineData("""{"type": "Split", "pattern": {"String": "-"}, "behavior": "Contiguous", "invert": false}""", "-a--b-", "-/a/--/b/-")]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "\\p{L}+"}, "behavior": "Removed", "invert": true}""", "ab 1cd", "ab/cd")]
    [InlineData("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}""", "Hey  you", "▁Hey/▁/▁you")]
    [InlineData("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": true}""", "Hey you", "Hey/▁you")]
    [InlineData("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false}""", " Hey you", "▁Hey▁you")]
    [InlineData("""{"type": "Digits", "individual_digits": true}""", "a12²Ⅷ b", "a/1/2/²/Ⅷ/ b")]
    [InlineData("""{"type": "Digits", "individual_digits": false}""", "a12²Ⅷ b", "a/12²Ⅷ/ b")]
    [InlineData("""{"type": "Punctuation", "behavior": "Isolated"}""", "don't… `x`", "don/'/t/…/ /`/x/`")]
    [InlineData("""{"type": "Punctuation", "behavior": "Contiguous"}""", "a?!$b", "a/?!$/b")]
    [InlineData("""{"type": "Whitespace"}""", "How_1 are  you?!", "How_1/are/you/?!")]
    [InlineData("""{"type": "Whitespace"}""", "a\u200Db ½c ⓐ\U0001F130 ①", "a\u200Db/½/c/ⓐ\U0001F130/①")]
    [InlineData("""{"type": "WhitespaceSplit"}""", " a\u00A0b  c\u200Bd", "a/b/c\u200Bd")]
    [InlineData("""{"type": "BertPreTokenizer"}""", "Hey, you!  ok", "Hey/,/you/!/ok")]
    [InlineData("""{"type": "ByteLevel", "add_prefix_space": true, "use_regex": true, "trim_offsets": true}""", "Hello we're é", "ĠHello/Ġwe/'re/ĠÃ©")]
    [InlineData("""{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false, "trim_offsets": true}""", "a é", "aĠÃ©")]
    [InlineData("""{"type": "Sequence", "pretokenizers": [{"type": "Punctuation", "behavior": "Contiguous"}, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true, "trim_offsets": true}, {"type": "Digits", "individual_digits": false}, {"type": "Split", "pattern": {"Regex": "[0-9][0-9][0-9]"}, "behavior": "Isolated", "invert": false}]}""", "in 12345 cm²!", "in/Ġ/123/45/Ġcm/Â/²/!")]
    public void A_pre_tokeniser_cuts_text_as_the_reference_does(string part, string text, string expected)
    {
        List<TextPiece> pieces = [];
        PreTokenizerReader.Read(Json(part), readsBytes: false).Cut(new(new(text, 0), 0, text.Length), pieces);
        Assert.Equal(expected, string.Join('/', pieces.Select(piece => piece.Chars.ToString())));
    }

    [Theory]
    [InlineData("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}""", "▁Hey ▁▁you", "Hey  you")]
    [InlineData("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": true}""", "▁Hey ▁you", " Hey you")]
    [InlineData("""{"type": "WordPiece", "prefix": "##", "cleanup": true}""", "do n ##'t stop .", "do n't stop.")]
    [InlineData("""{"type": "WordPiece", "prefix": "##", "cleanup": false}""", "a ##b c .", "ab c .")]
    [InlineData("""{"type": "ByteFallback"}""", "a <0xE2> <0x96> <0x81> b <0xE2> <0x96> c <0x41>", "a▁b\uFFFD\uFFFDcA")]
    [InlineData("""{"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "WordPiece", "prefix": "##", "cleanup": false}]}""", "a <0xE2> <0x96> a", "a \uFFFD \uFFFD a")]
    [InlineData("""{"type": "Strip", "content": "a", "start": 1, "stop": 1}""", "aabaa baab", "ababaab")]
    [InlineData("""{"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"Regex": "\\d+"}, "content": "#"}, {"type": "Fuse"}, {"type": "Replace", "pattern": {"String": "##"}, "content": "+"}]}""", "a12 3", "a+")]
    [InlineData("""{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}""", "Ġa Ã © Ã", " aé\uFFFD")]
    [InlineData("""null""", "a b", "a b")]
    [InlineData("""{"type": "Fuse"}""", "a b", "ab")]
    public void A_decoder_joins_tokens_as_the_reference_does(string part, string tokens, string expected)
    {
        var run = DecoderReader.Read(Json(part) is { ValueKind: JsonValueKind.Object } element ? element : null).Start();
        Assert.Equal(expected, string.Concat(tokens.Split(' ').Select(token => run.Push(new TokenText(token)))) + run.Flush());
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
