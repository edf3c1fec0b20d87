using Assay.Models.Generation;

namespace Assay.Models.Tests.Generation;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [1, 3, 3, 2, -5];

    [Fact]
    public void Temperature_zero_takes_the_most_likely_token_and_the_lowest_id_wins_ties() =>
        Assert.Equal(1, Sampler.Draw(Logits, [], 0, new GenerateOptions { Temperature = 0 }));

    [Fact]
    public void Frequencies_follow_the_probabilities()
    {
        int[] counts = Counts(new GenerateOptions { Temperature = 1 }, 20_000);
        for (int id = 0; id < Logits.Length; id++)
        {
            Assert.Equal(Math.Exp(Sampler.LogProbability(Logits, id)), counts[id] / 20_000.0, 0.01);
        }
    }

    [Fact]
    public void Cut_offs_keep_only_the_most_likely_tokens()
    {
        Assert.Equal([1], Seen(new GenerateOptions { Temperature = 1, TopK = 1 }));
        Assert.Equal([1, 2, 3], Seen(new GenerateOptions { Temperature = 1, TopK = 3 }));
        Assert.Equal([1, 2], Seen(new GenerateOptions { Temperature = 1, TopP = 0.6 }));
        Assert.Equal([1], Seen(new GenerateOptions { Temperature = 1, TopP = 0.3 }));
        Assert.Equal([1, 2, 3], Seen(new GenerateOptions { Temperature = 1, MinP = 0.3 }));
    }

    [Fact]
    public void The_same_seed_and_place_draw_the_same_token_whatever_came_before()
    {
        var options = new GenerateOptions { Temperature = 1, Seed = 4 };

        Assert.Equal(Sampler.Draw(Logits, [0, 0], 0, options), Sampler.Draw(Logits, [3, 4], 1, options));
    }

    [Fact]
    public void Penalties_lower_what_was_said_already()
    {
        Assert.Equal(2, Sampler.Draw(Logits, [1], 1, new GenerateOptions { Temperature = 0, RepetitionPenalty = 2 }));
        Assert.Equal(1, Sampler.Draw(Logits, [1], 1, new GenerateOptions { Temperature = 0, PresencePenalty = 1 }));
        Assert.Equal(2, Sampler.Draw(Logits, [1], 0, new GenerateOptions { Temperature = 0, PresencePenalty = 1 }));
        Assert.Equal(3, Sampler.Draw(Logits, [1, 2, 2, 1], 0, new GenerateOptions { Temperature = 0, FrequencyPenalty = 0.6 }));
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GenerateOptions { TopP = 0 }.Check());
        Assert.Throws<ArgumentOutOfRangeException>(() => new GenerateOptions { Temperature = double.NaN }.Check());
        Assert.Throws<ArgumentOutOfRangeException>(() => new GenerateOptions { MaxTokens = 0 }.Check());
        Assert.Throws<ArgumentOutOfRangeException>(() => new GenerateOptions { StopTexts = [""] }.Check());
    }

    private static int[] Counts(GenerateOptions options, int draws)
    {
        int[] counts = new int[Logits.Length];
        for (int draw = 0; draw < draws; draw++)
        {
            counts[Sampler.Draw(Logits, [], 0, options with { Seed = (ulong)draw })]++;
        }

        return counts;
    }

    private static IEnumerable<int> Seen(GenerateOptions options) =>
        Counts(options, 500).Select((count, id) => (count, id)).Where(pair => pair.count > 0).Select(pair => pair.id);
}
