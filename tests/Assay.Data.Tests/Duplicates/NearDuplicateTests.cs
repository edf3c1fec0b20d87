using Assay.Data.Duplicates;
using Assay.Data.Tests.FileTypes;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using CsCheck;

namespace Assay.Data.Tests.Duplicates;

public sealed class NearDuplicateTests
{
    [Fact]
    public void Bands_from_the_text_equal_those_from_the_set_of_its_grams()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var text = NormalisedText.Of(string.Concat(Enumerable.Range(0, random.Next(0, 400)).Select(_ => "abcdeé蜂 \U0001F41D"[random.Next(8)])));
            Assert.Equal(MinHash.BandsOf(CharacterGrams.Of(text)), MinHash.BandsOf(text.AsSpan()));
        }
    }

    [Fact]
    public void Normalising_keeps_words_of_any_script_and_drops_the_rest()
    {
        Assert.Equal("don t stop élan été 蜂群 42 under_score", NormalisedText.Of("  Don't -- STOP: Élan e\u0301t\u00E9, 蜂群! (42) under_score… "));
        Assert.Equal("", NormalisedText.Of(" ., "));
    }

    private const string Words = "the keeper opens hive looks for eggs and honey in every comb then closes it before rain falls on old garden wall near river mill";

    [Theory]
    [InlineData("Hello,   WORLD!", "hello world")]
    [InlineData("Cafe\u0301 au-lait", "café au lait")]
    [InlineData("snake_case 42", "snake_case 42")]
    [InlineData("…", "")]
    public void Case_punctuation_and_spaces_do_not_count(string text, string expected) => Assert.Equal(expected, NormalisedText.Of(text));

    [Fact]
    public void The_same_text_shares_every_band_and_another_shares_none()
    {
        var first = ContentSignature.Of(TestFiles.Paragraph);
        var same = ContentSignature.Of(TestFiles.Paragraph.ToUpperInvariant() + "!!");
        var other = ContentSignature.Of("Prices rose faster than wages for the third year, and families spent less on clothes and furniture than before.");

        Assert.Equal(first.Bands, same.Bands);
        Assert.Equal(first.NormalisedSha256, same.NormalisedSha256);
        Assert.DoesNotContain(first.Bands.Zip(other.Bands), pair => pair.First == pair.Second);
        Assert.Equal(MinHash.Bands, first.Bands.Count);
    }

    [Fact]
    public void Short_texts_have_all_their_bands_filled()
    {
        Assert.Equal(ContentSignature.Of("a").Bands, ContentSignature.Of("A.").Bands);
        Assert.NotEqual(ContentSignature.Of("a").Bands, ContentSignature.Of("b").Bands);
        Assert.Empty(ContentSignature.Of("?!").Bands);
    }

    [Fact]
    public void Resemblance_is_exact()
    {
        Assert.Equal(new Resemblance(1, 3), ContentSignature.Compare("abcdef", "bcdefg")); // bcdef of abcde, bcdef, cdefg
        Assert.Equal(new Resemblance(0, 2), ContentSignature.Compare("abcde", "fghij"));
    }

    [Theory]
    [InlineData(0, 10, 1000)]
    [InlineData(5, 10, 1000)]
    [InlineData(65, 100, 500)]
    [InlineData(79, 100, 33)]
    [InlineData(8, 10, 0)]
    [InlineData(10, 10, 0)]
    public void Novelty_falls_from_one_half_to_eight_tenths(int shared, int union, int expected) =>
        Assert.Equal(expected, new Resemblance(shared, union).Novelty());

    [Fact]
    public void Candidates_are_found_as_often_as_the_formula_says()
    {
        var random = new Random(5);
        int pairs = 0, found = 0;
        for (var round = 0; round < 400; round++)
        {
            var words = Words.Split(' ').OrderBy(_ => random.Next()).ToArray();
            var changed = (string[])words.Clone();
            changed[random.Next(changed.Length)] = "changed";
            changed[random.Next(changed.Length)] = "again";
            string one = string.Join(' ', words), two = string.Join(' ', changed);
            if (ContentSignature.Compare(one, two).Jaccard() >= 0.6)
            {
                pairs++;
                found += ContentSignature.Of(one).Bands.Zip(ContentSignature.Of(two).Bands).Any(pair => pair.First == pair.Second) ? 1 : 0;
            }
        }

        Assert.True(pairs > 200 && found >= pairs * 0.97, $"{found} of {pairs} pairs with J >= 0.6 share a band; 0.99 is expected");
    }

    [Fact]
    public void A_file_score_weighs_records_by_length_and_counts_as_nothing_below_200()
    {
        Assert.Equal(750, NoveltyRule.Score([new(0, 300, Resemblance.None), new(1, 100, new Resemblance(9, 10), "contribution 4, record 1", "Bees visit")]).Score);
        Assert.Equal(0, NoveltyRule.Score([new(0, 19, Resemblance.None), new(1, 81, new Resemblance(1, 1), "contribution 4, record 1")]).Score);
        Assert.Equal(200, NoveltyRule.Score([new(0, 20, Resemblance.None), new(1, 80, new Resemblance(1, 1), "contribution 4, record 1")]).Score);
        Assert.Null(NoveltyRule.Score([]).Score);
    }

    [Fact]
    public void The_neighbour_is_shown_in_the_evidence()
    {
        var finding = NoveltyRule.Score([new(0, 100, new Resemblance(9, 10), "contribution 4, record 1", "Bees visit the flowers")]);

        Assert.Contains(finding.Evidence, evidence => evidence.Text == "Record 1 is 90 % like contribution 4, record 1: \"Bees visit the flowers\".");
        Assert.Equal(OnZero.Reject, finding.OnZero);
    }

    [Fact]
    public void Resemblance_is_symmetric_and_at_most_one() => Gen.Select(Gen.String, Gen.String).Sample((one, two) =>
    {
        var forward = ContentSignature.Compare(one, two);
        Assert.Equal(forward, ContentSignature.Compare(two, one));
        Assert.True(forward.Shared <= forward.Union);
    });
}
