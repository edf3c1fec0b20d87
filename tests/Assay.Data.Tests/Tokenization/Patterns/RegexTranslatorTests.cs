using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Data.Tokenization;
using Assay.Data.Tokenization.Patterns;

namespace Assay.Data.Tests.Tokenization.Patterns;

public sealed class RegexTranslatorTests
{
    [Theory]
    [InlineData(" ?[^(\\s|[.,!?…。，、।۔،])]+", "ab|c, (d)!", "ab/c/d")]
    [InlineData("(?i:'s|'k)", "'S 'ſ 'k '\u212A 't", "'S/'ſ/'k/'\u212A")]
    [InlineData("\\w+", "a_1é\u0301-b", "a_1é\u0301/b")]
    [InlineData("\\w+", "½²①Ⅷ-ⓐ\U0001F130 a\u200Db", "½²/Ⅷ/ⓐ\U0001F130/a/b")]
    [InlineData("a++b|a", "aab a", "aab/a")]
    [InlineData("[a\\-c]+", "a-cb", "a-c")]
    [InlineData("\\p{N}{1,3}", "12345", "123/45")]
    [InlineData("[\\r\\n\\x41-\\x43]+", "xAB\nC", "AB\nC")]
    [InlineData("\\p{L}+", "𝒜𝒷x 🦙", "𝒜𝒷x")]
    [InlineData("[^\\s\\p{L}]+", "𝒜🦙🦙 1", "🦙🦙/1")]
    public void Patterns_match_as_in_the_engine_they_were_written_for(string pattern, string text, string expected)
    {
        var spans = SplitPattern.FromRegex(pattern).Find(text);
        Assert.Equal(expected, string.Join('/', spans.Select(span => text[span.Start..span.End])));
    }

    [Theory]
    [InlineData("[a&&b]")]
    [InlineData("[a[^b]]")]
    [InlineData("\\p{Han}")]
    [InlineData("(?<name>a)")]
    [InlineData("\\bword")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[\U00010000-\U00010FFF]")]
    [InlineData("[\\u0400-\\uFFFF]")]
    [InlineData("*a")]
    [InlineData("a{x}")]
    public void What_it_cannot_translate_is_refused(string pattern) =>
        Assert.Throws<InvalidTokenizerException>(() => SplitPattern.FromRegex(pattern));

    [Fact]
    public void Random_patterns_compile_or_are_refused()
    {
        const string Letters = "()[]{}?*+|\\^$.-,&:!=<>iapLsdwux09'\u0561";
        var random = new Random(13);
        var compiled = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var pattern = new string([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Letters[random.Next(Letters.Length)])]);
            try
            {
                _ = new Regex(RegexTranslator.Translate(pattern), RegexOptions.None, TimeSpan.FromSeconds(1));
                compiled++;
            }
            catch (InvalidTokenizerException)
            {
                // Refused by name, which is the other good outcome.
            }
            catch (RegexParseException exception)
            {
                // Left to the caller, who turns it into the same refusal.
                Assert.NotEmpty(exception.Message);
            }
        }

        Assert.InRange(compiled, 1, 19_999);
    }

    [Fact]
    public void Every_stand_in_has_the_category_of_what_it_stands_for()
    {
        var categories = ShadowText.StandIns.Select(CharUnicodeInfo.GetUnicodeCategory).ToList();
        Assert.Equal(Enum.GetValues<UnicodeCategory>().Length - 1, categories.Distinct().Count());

        // Circled letters are symbols that count as letters in words, so they have a stand-in beside that of the other symbols.
        Assert.Equal([UnicodeCategory.OtherSymbol], categories.CountBy(category => category).Where(pair => pair.Value > 1).Select(pair => pair.Key));
    }
}
