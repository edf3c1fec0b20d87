using Assay.Data.Agreement;

namespace Assay.Data.Tests.Agreement;

/// <summary>Each expected number is worked out in the comment above its test.</summary>
public sealed class AgreementTests
{
    /// <summary>
    /// 50 items: 20 both yes, 15 both no, 5 yes and no, 10 no and yes. Observed 35/50 = 0.7; yes is said by 25/50 and 30/50, expected
    /// 0.5·0.6 + 0.5·0.4 = 0.5; kappa (0.7 − 0.5)/0.5 = 0.4.
    /// </summary>
    [Fact]
    public void Kappa_of_fifty_items_with_seventy_percent_agreement_is_four_tenths() =>
        Assert.Equal(0.4, CohenKappa.Of(Pairs((20, 1, 1), (5, 1, 0), (10, 0, 1), (15, 0, 0)))!.Value, 12);

    /// <summary>
    /// The same share of agreement, 60 of 100, twice. 45, 15, 25, 15: expected 0.6·0.7 + 0.4·0.3 = 0.54, kappa 0.06/0.46 = 0.1304. 25, 35, 5, 35: expected
    /// 0.6·0.3 + 0.4·0.7 = 0.46, kappa 0.14/0.54 = 0.2593.
    /// </summary>
    [Fact]
    public void Kappa_depends_on_how_often_each_says_yes_not_on_agreement_alone()
    {
        Assert.Equal(0.06 / 0.46, CohenKappa.Of(Pairs((45, 1, 1), (15, 1, 0), (25, 0, 1), (15, 0, 0)))!.Value, 12);
        Assert.Equal(0.14 / 0.54, CohenKappa.Of(Pairs((25, 1, 1), (35, 1, 0), (5, 0, 1), (35, 0, 0)))!.Value, 12);
    }

    [Fact]
    public void Kappa_is_one_for_equal_judgements_minus_one_for_opposite_ones_and_nothing_where_nothing_varies()
    {
        Assert.Equal(1.0, CohenKappa.Of(Pairs((3, 1, 1), (3, 0, 0))));
        Assert.Equal(-1.0, CohenKappa.Of(Pairs((3, 1, 0), (3, 0, 1))));
        Assert.Equal(0.0, CohenKappa.Of(Pairs((3, 1, 0))));
        Assert.Null(CohenKappa.Of(Pairs((3, 1, 1))));
        Assert.Null(CohenKappa.Of([]));
    }

    /// <summary>
    /// Two raters, ten items, from Krippendorff 2011, part A: 0 1 0 0 0 0 0 0 1 0 and 1 1 1 0 0 1 0 0 0 0. Of 20 values 14 are 0 and 6 are 1; four items
    /// differ, so the diagonal holds 20 − 8 = 12. Alpha = 1 − 19·8/(400 − 196 − 36) = 1 − 152/168 = 0.0952.
    /// </summary>
    [Fact]
    public void Alpha_of_two_raters_and_ten_items()
    {
        Assert.Equal(1 - (152.0 / 168), KrippendorffAlpha.Nominal(Table("0100000010", "1110010000"))!.Value, 12);
        Assert.Equal(0.095, KrippendorffAlpha.Nominal(Table("0100000010", "1110010000"))!.Value, 3);
    }

    /// <summary>
    /// Four raters, twelve items, judgements missing, from Krippendorff 2011, part C. Item 12 has one judgement and drops out; 40 values pair:
    /// 9 ones, 13 twos, 10 threes, 5 fours, 3 fives. The diagonal is 7 + 10 + 8 + 4 + 3 = 32. Alpha = 1 − 39·8/(1600 − 81 − 169 − 100 − 25 − 9) = 1 − 312/1216 = 0.7434.
    /// </summary>
    [Fact]
    public void Alpha_of_four_raters_with_missing_judgements()
    {
        var alpha = KrippendorffAlpha.Nominal(Table("123321412...", "1233224125.3", ".3332342251.", "12332441251."));

        Assert.Equal(1 - (312.0 / 1216), alpha!.Value, 12);
        Assert.Equal(0.743, alpha.Value, 3);
    }

    [Fact]
    public void Alpha_is_one_for_equal_judgements_and_nothing_where_nothing_varies_or_nothing_pairs()
    {
        Assert.Equal(1.0, KrippendorffAlpha.Nominal(Table("0110", "0110", "01..")));
        Assert.Null(KrippendorffAlpha.Nominal(Table("1111", "1111")));
        Assert.Null(KrippendorffAlpha.Nominal(Table("01..", "..10")));
        Assert.Null(KrippendorffAlpha.Nominal([]));
    }

    /// <summary>With one item dropped and nothing missing, alpha of many items judged at random by two raters is close to kappa and to 0; renaming anything changes nothing.</summary>
    [Fact]
    public void Random_judgements_agree_as_chance_does_and_names_and_order_do_not_matter()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var ratings = Enumerable.Range(0, 4000).Select(number => new Rating($"r{number % 2}", $"i{number / 2}", random.Next(2))).ToList();
            var alpha = KrippendorffAlpha.Nominal(ratings)!.Value;
            var (kappa, pairs) = CohenKappa.Pairwise(ratings, 1);

            Assert.InRange(alpha, -0.1, 0.1); // standard deviation about 0.022
            Assert.Equal(1, pairs);
            Assert.InRange(kappa!.Value - alpha, -0.01, 0.01);
            var renamed = ratings.Select(rating => new Rating("x" + rating.Rater, rating.Item + "y", 7 - rating.Category)).Reverse().ToList();
            Assert.Equal(alpha, KrippendorffAlpha.Nominal(renamed)!.Value, 12);
            Assert.Equal(kappa.Value, CohenKappa.Pairwise(renamed, 1).Mean!.Value, 12);
        }
    }

    /// <summary>Anna and Ben agree fully on four items, Ben and Cleo never on two; Anna and Cleo have one item in common, which is too few: (1 − 1)/2 = 0.</summary>
    [Fact]
    public void Pairwise_kappa_is_the_mean_over_pairs_with_enough_in_common()
    {
        Rating[] ratings =
        [
            new("anna", "1", 1), new("anna", "2", 0), new("anna", "3", 1), new("anna", "4", 0), new("anna", "5", 1),
            new("ben", "1", 1), new("ben", "2", 0), new("ben", "3", 1), new("ben", "4", 0), new("ben", "6", 1), new("ben", "7", 0),
            new("cleo", "5", 1), new("cleo", "6", 0), new("cleo", "7", 1),
        ];

        Assert.Equal((0.0, 2), CohenKappa.Pairwise(ratings, 2));
        Assert.Equal((1.0, 1), CohenKappa.Pairwise(ratings, 2, "anna"));
        Assert.Equal((-1.0, 1), CohenKappa.Pairwise(ratings, 2, "cleo"));
        Assert.Equal((null, 0), CohenKappa.Pairwise(ratings, 5));
    }

    [Fact]
    public void A_confusion_counts_each_kind_of_answer()
    {
        var confusion = Confusion.Of([(true, true), (true, true), (true, false), (false, false), (false, true), (false, true), (false, true)]);

        Assert.Equal(new Confusion(2, 1, 1, 3), confusion);
        Assert.Equal((7, 3, 3 / 7.0), (confusion.Answers(), confusion.Right(), confusion.Accuracy()));
        Assert.Null(Confusion.Of([]).Accuracy());
    }

    private static List<(int First, int Second)> Pairs(params (int Count, int First, int Second)[] cells) =>
        [.. cells.SelectMany(cell => Enumerable.Repeat((cell.First, cell.Second), cell.Count))];

    /// <summary>One text per rater, one digit per item; a dot is a missing judgement.</summary>
    private static List<Rating> Table(params string[] raters) =>
        [.. raters.SelectMany((row, rater) => row.Select((digit, item) => (rater, item, digit))).Where(cell => cell.digit != '.').Select(cell => new Rating($"{cell.rater}", $"{cell.item}", cell.digit - '0'))];
}
