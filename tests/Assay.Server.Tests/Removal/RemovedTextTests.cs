using Assay.Server.Removal;

namespace Assay.Server.Tests.Removal;

public sealed class RemovedTextTests
{
    [Fact]
    public void Every_quotation_of_32_characters_is_masked_wherever_it_begins_and_shorter_ones_stay()
    {
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var source = Letters(random, random.Next(32, 400));
            var length = random.Next(1, Math.Min(120, source.Length) + 1);
            var start = random.Next(0, source.Length - length + 1);
            var (before, after) = (Letters(random, random.Next(0, 60)).ToUpperInvariant(), Letters(random, random.Next(0, 60)).ToUpperInvariant());
            var text = before + source[start..(start + length)] + after;

            var masked = new RemovedText([source]).Mask(text, keepPlaces: true);

            Assert.Equal(length >= RemovedText.Shortest ? before + new string('█', length) + after : text, masked);
        }
    }

    [Fact]
    public void Several_quotations_become_several_marks_and_what_is_between_stays()
    {
        var one = "The first sentence of the file that was removed, long enough.";
        var two = "Another part of it, which is also longer than a few words are.";
        var removed = new RemovedText([one, two]);

        Assert.Equal("A: [removed] B: [removed]", removed.Mask($"A: {one} B: {two}", keepPlaces: false));
        Assert.Same(string.Empty, removed.Mask(string.Empty, keepPlaces: false));
        Assert.Equal("Nothing of it is in here at all, however long this text may be.", removed.Mask("Nothing of it is in here at all, however long this text may be.", keepPlaces: true));
        Assert.Equal("short", new RemovedText(["short"]).Mask("short", keepPlaces: true));
    }

    [Fact]
    public void Texts_that_repeat_themselves_cost_their_length_and_are_masked_whole()
    {
        var source = string.Concat(Enumerable.Repeat("all work and no play makes a dull file, ", 5000));

        var masked = new RemovedText([source]).Mask("Before:" + source[..150_000], keepPlaces: true);

        Assert.StartsWith("Before:█", masked, StringComparison.Ordinal);
        Assert.DoesNotContain("dull", masked, StringComparison.Ordinal);
    }

    private static string Letters(Random random, int count) => string.Create(count, random, static (span, random) =>
    {
        foreach (ref var character in span)
        {
            character = (char)('a' + random.Next(26));
        }
    });
}
