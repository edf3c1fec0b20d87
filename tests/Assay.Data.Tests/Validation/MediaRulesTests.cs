using Assay.Data.Duplicates;
using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Data.Validation;

namespace Assay.Data.Tests.Validation;

/// <summary>Each rule for pictures and sound at its limits.</summary>
public sealed class MediaRulesTests
{
    private static readonly PictureContent Picture = new(640, 480, "png/1")
    {
        Contrast = 40,
        Entropy = 6,
        Sharpness = 300,
        Hash = new ImageHash(5, []),
        PixelSha256 = "00",
        Preview = default,
    };

    private static readonly SoundContent Sound = new(16_000, 1, 160_000, "wav/1") { ContentSha256 = "00", Levels = new SoundLevels(0.1, 0, -20, null) };

    [Theory]
    [InlineData(224, 224, 1000)]
    [InlineData(223, 640, 0)]
    [InlineData(1_792, 224, 1000)]
    [InlineData(1_793, 224, 0)]
    public void Pictures_are_large_enough_and_no_strips(int width, int height, int score) =>
        Assert.Equal(score, Score("structure", Picture with { Width = width, Height = height }));

    [Theory]
    [InlineData(4, 1, 1000)]
    [InlineData(3.99, 1, 0)]
    [InlineData(4, 0.99, 0)]
    public void Blank_pictures_go_to_a_person(double contrast, double entropy, int score)
    {
        Assert.Equal(score, Score("content", Picture with { Contrast = contrast, Entropy = entropy }));
        Assert.Equal(OnZero.Review, ValidationRules.For(DatanetKind.Image).Single(rule => rule.Id == "content").OnZero);
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(60, 500)]
    [InlineData(100, 1000)]
    public void Blur_is_a_signal(double sharpness, int score)
    {
        Assert.Equal(score, Score("sharpness", Picture with { Sharpness = sharpness }));
        Assert.Equal((0, OnZero.None), Signal("sharpness"));
        Assert.Equal((0, OnZero.None), Signal("location"));
        Assert.Equal(0, Score("location", Picture with { HasLocation = true }));
    }

    [Theory]
    [InlineData(7_999, 16_000, 0)]
    [InlineData(8_000, 16_000, 1000)]
    [InlineData(8_000, 7_999, 0)]
    public void Clips_are_long_enough_and_sampled_often_enough(long samples, int rate, int score) =>
        Assert.Equal(score, Score("structure", Sound with { Samples = samples, SampleRate = rate }));

    [Theory]
    [InlineData(0.8, 0.01, -45, 1000)]
    [InlineData(0.81, 0, -20, 0)]
    [InlineData(0, 0.011, -20, 0)]
    [InlineData(0, 0, -45.1, 0)]
    [InlineData(0, 0, -2.9, 0)]
    [InlineData(0, 0, -3, 1000)]
    public void Silent_clipped_faint_and_loud_clips_go_to_a_person(double silent, double clipped, double rms, int score) =>
        Assert.Equal(score, Score("content", Sound with { Levels = new SoundLevels(silent, clipped, rms, 1) }));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 0)]
    [InlineData(5, 142)]
    [InlineData(10, 857)]
    [InlineData(11, 1000)]
    public void Novelty_of_pictures_rises_between_four_and_eleven_bits(int bits, int novelty) => Assert.Equal(novelty, ImageHash.Novelty(bits));

    [Theory]
    [InlineData(200, 1000)]
    [InlineData(500, 500)]
    [InlineData(800, 0)]
    public void Novelty_of_clips_falls_between_a_fifth_and_four_fifths(int permille, int novelty) => Assert.Equal(novelty, new AudioOverlap(permille, 0.1, 0, 0).Novelty);

    [Theory]
    [InlineData("Bees on a hive in the morning, the keeper opens it", 1000)]
    [InlineData("Quarterly invoices of a bank", 0)]
    [InlineData("", 0)]
    public void Captions_are_compared_with_the_purpose(string note, int score) =>
        Assert.Equal(score, Finding("relevance", Picture, new ContributionContext("", "MIT", "", note)).Score);

    [Fact]
    public void Without_statements_and_words_of_its_own_relevance_is_not_evaluated_and_with_them_it_is()
    {
        Assert.Null(Finding("relevance", Picture, null).Score);
        Assert.Equal(1000, Finding("relevance", Picture with { Words = "Bees and hives of a keeper" }, null).Score);
    }

    private static int? Score(string rule, FileContent content)
    {
        var finding = Finding(rule, content, null);
        Assert.Equal(finding.Evidence[0], Finding(rule, content, null).Evidence[0]);
        return finding.Score;
    }

    private static ValidationFinding Finding(string rule, FileContent content, ContributionContext? stated)
    {
        var type = Data.FileTypes.FileTypes.ByName(content is PictureContent ? "a.png" : "a.wav")!;
        var request = new InspectionRequest("a" + type.Extensions[0], new ValidationProfile("Pictures and recordings of bees, hives and keepers at work.")) { Context = stated };
        return ValidationRules.For(type.Kind).Single(other => other.Id == rule).Evaluate(new ValidationContext(request, type, content, new RecordReading([], [])), TestContext.Current.CancellationToken);
    }

    private static (int Weight, OnZero OnZero) Signal(string id)
    {
        var rule = ValidationRules.For(DatanetKind.Image).Single(rule => rule.Id == id);
        return (rule.Weight, rule.OnZero);
    }
}
