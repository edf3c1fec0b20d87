using System.Diagnostics;
using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

/// <summary>Encoding time grows with the text, not with its square: the ratio of two lengths in one run, with a wide margin.</summary>
public sealed class EncodeTimeTests
{
    private const int Short = 4_000;
    private const int Factor = 64;

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("the in ")]
    [InlineData("▁")]
    [InlineData("🦙")]
    [InlineData("<s>")]
    [InlineData("x1. ")]
    public void Sixty_four_times_the_text_takes_far_less_than_its_square(string unit)
    {
        foreach (var (name, tokenizer) in TokenizerKinds.All)
        {
            var brief = Repeated(unit, Short);
            var extended = Repeated(unit, Short * Factor);
            tokenizer.Encode(brief);
            var ratio = Best(tokenizer, extended) / Best(tokenizer, brief);

            // Linear is 64, n log n about 90, quadratic 4,096; other work on the machine disturbs single measurements several times over.
            Assert.True(ratio < 12 * Factor, $"{name}: {Factor} times '{unit}' took {ratio:0.0} times as long");
        }
    }

    private static string Repeated(string unit, int length) => string.Concat(Enumerable.Repeat(unit, length / unit.Length));

    private static double Best(Tokenizer tokenizer, string text) => Enumerable.Range(0, 4).Min(_ =>
    {
        var watch = Stopwatch.StartNew();
        tokenizer.Encode(text);
        return Math.Max(watch.Elapsed.TotalMilliseconds, 0.02);
    });
}
