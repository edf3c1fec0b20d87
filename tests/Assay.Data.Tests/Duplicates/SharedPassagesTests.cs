using System.Text;
using Assay.Data.Duplicates;

namespace Assay.Data.Tests.Duplicates;

public sealed class SharedPassagesTests
{
    private static readonly string[] Words = ["the", "Tide", "gauge", "été", "Straße", "水位", "of", "a", "7", "buoy", "x_1"];
    private static readonly string[] Gaps = [" ", "  ", ", ", ".\n\n", " – ", "-", " \U0001F6A2 "];

    /// <summary>Random texts that share random passages, case and punctuation changed: whatever is marked on one side is marked on the other, inside both, and no word twice.</summary>
    [Fact]
    public void What_is_marked_is_the_same_words_on_both_sides()
    {
        var random = new Random(20261123);
        for (var round = 0; round < 400; round++)
        {
            var source = Enumerable.Range(0, random.Next(0, 60)).Select(_ => Words[random.Next(Words.Length)]).ToArray();
            var (one, other) = (Text(random, source), Text(random, Mixed(random, source)));

            var passages = SharedPassages.Find(one, other);

            Assert.All(passages, passage =>
            {
                Assert.InRange(passage.Start, 0, passage.End - 1);
                Assert.InRange(passage.End, 1, one.Length);
                Assert.InRange(passage.OtherStart, 0, passage.OtherEnd - 1);
                Assert.InRange(passage.OtherEnd, 1, other.Length);
                Assert.Equal(NormalisedText.Of(one[passage.Start..passage.End]), NormalisedText.Of(other[passage.OtherStart..passage.OtherEnd]));
            });
            Apart([.. passages.Select(passage => (passage.Start, passage.End))]);
            Apart([.. passages.Select(passage => (passage.OtherStart, passage.OtherEnd)).Order()]);
            Assert.Equal(passages, passages.OrderBy(passage => passage.Start));
            Assert.Equal(passages.Count, SharedPassages.Find(other, one).Count);
        }
    }

    [Fact]
    public void A_text_beside_itself_is_marked_from_its_first_word_to_its_last()
    {
        const string text = "  “The gauge returns metres. The gauge returns metres.”  ";

        var passage = Assert.Single(SharedPassages.Find(text, text.ToUpperInvariant()));

        Assert.Equal("The gauge returns metres. The gauge returns metres", text[passage.Start..passage.End]);
        Assert.Equal((passage.Start, passage.End), (passage.OtherStart, passage.OtherEnd));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("one two three", "")]
    [InlineData("... –", "one two three four")]
    [InlineData("one two three four", "five six seven eight")]
    [InlineData("one two three five", "one two three four")]
    public void Fewer_than_four_words_in_a_row_are_no_passage(string one, string other) => Assert.Empty(SharedPassages.Find(one, other));

    [Fact]
    public void A_text_of_fewer_than_four_words_is_found_as_a_whole()
    {
        var passage = Assert.Single(SharedPassages.Find("Slack water", "It is read at slack\nwater, always."));

        Assert.Equal((0, 11, 14, 25), (passage.Start, passage.End, passage.OtherStart, passage.OtherEnd));
    }

    /// <summary>The same word again and again, and words in a circle: as many places as words, and still a short time.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Texts_that_repeat_themselves_are_marked_too(int period)
    {
        var one = string.Join(' ', Enumerable.Range(0, 4_000).Select(index => "w" + (index % period)));
        var other = string.Join(' ', Enumerable.Range(0, 3_000).Select(index => "w" + (index % period)));

        var passages = SharedPassages.Find(one, other);

        Assert.Equal(other.Length, Assert.Single(passages).OtherEnd);
    }

    /// <summary>Every known run is covered, and each part begins and ends with one.</summary>
    [Fact]
    public void The_covered_parts_reach_from_known_run_to_known_run()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var source = Enumerable.Range(0, random.Next(1, 60)).Select(_ => Words[random.Next(Words.Length)]).ToArray();
            var (own, set) = (Text(random, source), Text(random, Mixed(random, source)));
            var known = WordGrams.Of(NormalisedText.Of(set), 5);
            known.IntersectWith(WordGrams.Of(NormalisedText.Of(own), 5));

            var covered = WordGrams.Covered(own, known, 5);

            Apart([.. covered]);
            var inside = covered.Select(part => NormalisedText.Of(own[part.Start..part.End])).ToList();
            Assert.Subset(inside.SelectMany(part => WordGrams.Of(part, 5)).ToHashSet(), known);
            Assert.All(inside, part => Assert.Subset(known, WordGrams.Of(Run(part.Split(' ')[..Math.Min(5, part.Split(' ').Length)]), 5)));
            Assert.All(inside, part => Assert.Subset(known, WordGrams.Of(Run(part.Split(' ')[^Math.Min(5, part.Split(' ').Length)..]), 5)));
        }
    }

    private static string Run(string[] words) => string.Join(' ', words);

    private static void Apart(List<(int Start, int End)> parts) => Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));

    private static IEnumerable<string> Mixed(Random random, string[] source) => Enumerable.Range(0, random.Next(0, 4)).SelectMany(_ =>
    {
        var start = random.Next(source.Length + 1);
        return source[start..Math.Min(source.Length, start + random.Next(12))].Append("z" + random.Next(1000));
    });

    private static string Text(Random random, IEnumerable<string> words)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            text.Append(random.Next(3) == 0 ? word.ToUpperInvariant().Replace("STRASSE", "STRAßE", StringComparison.Ordinal) : word).Append(Gaps[random.Next(Gaps.Length)]);
        }

        return text.ToString();
    }
}
