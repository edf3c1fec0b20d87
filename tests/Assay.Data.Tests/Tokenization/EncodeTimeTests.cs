using System.Diagnostics;
using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

/// <summary>Encoding time grows with the text, not with its square: the ratio of two lengths in one run, with a wide margin.</summary>
public sealed class EncodeTimeTests
{
    private const int Short = 12_000;
    private const int Factor = 16;

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("the in ")]
    [InlineData("▁")]
    [InlineData("🦙")]
    [InlineData("<s>")]
    [InlineData("x1. ")]
    public void Sixteen_times_the_text_takes_far_less_than_its_square(string unit)
    {
        foreach (var (name, tokenizer) in TokenizerKinds.All)
        {
            var brief = Repeated(unit, Short);
            var extended = Repeated(unit, Short * Factor);
            tokenizer.Encode(brief);
            var ratio = Best(tokenizer, extended) / Best(tokenizer, brief);

            // Linear is 16, n log n about 20, quadratic 256.
            Assert.True(ratio < 6 * Factor, $"{name}: {Factor} times '{unit}' took {ratio:0.0} times as long");
        }
    }

    private static string Repeated(string unit, int length) => string.Concat(Enumerable.Repeat(unit, length / unit.Length));

    private static double Best(Tokenizer tokenizer, string text) => Enumerable.Range(0, 3).Min(_ =>
    {
        var watch = Stopwatch.StartNew();
        tokenizer.Encode(text);
        return Math.Max(watch.Elapsed.TotalMilliseconds, 0.05);
    });
}
