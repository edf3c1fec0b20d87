using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Data.Validation;
using Assay.Data.Validation.Rules;
using Assay.Data.Validation.Texts;
using Assay.Testing;

namespace Assay.Data.Tests.Validation;

/// <summary>Relevance on a labelled set written for this purpose: five subjects, eight texts each, every text judged against every purpose.</summary>
public sealed class RelevanceTests
{
    private static readonly List<(string Purpose, string[] Texts)> Topics = ReadTopics();

    [Fact]
    public void A_text_on_the_subject_scores_clearly_with_nothing_but_a_purpose()
    {
        var scores = Topics.SelectMany(topic => topic.Texts.Select(text => Relevance(topic.Purpose, text))).Order().ToList();

        Assert.Equal(40, scores.Count);
        Assert.True(scores.Count(score => score > 0) >= 35 && scores.Count(score => score >= 300) >= 28, $"on-topic scores: {string.Join(' ', scores)}");
        Assert.True(scores[scores.Count / 2] >= 900, $"median {scores[scores.Count / 2]}");
    }

    [Fact]
    public void A_text_on_another_subject_scores_nothing_and_goes_to_a_person()
    {
        var others = Pairs(sameTopic: false).Select(pair => Relevance(pair.Purpose, pair.Text)).ToList();
        var zero = others.Count(score => score == 0);

        Assert.Equal(160, others.Count);
        Assert.True(zero >= 142, $"{zero} of 160 are 0; the rest: {string.Join(' ', others.Where(score => score > 0))}");
    }

    [Fact]
    public void The_area_under_the_curve_is_at_least_095()
    {
        var on = Pairs(sameTopic: true).Select(Cosine).ToList();
        var off = Pairs(sameTopic: false).Select(Cosine).ToList();
        var wins = on.Sum(one => off.Count(other => one > other) + (off.Count(other => one == other) / 2.0));

        Assert.True(wins / (on.Count * off.Count) >= 0.95, $"AUC {wins / (on.Count * off.Count):0.0000}");

        static double Cosine((string Purpose, string Text) pair) => RelevanceProfile.Of(new ValidationProfile(pair.Purpose)).Cosine(pair.Text);
    }

    [Fact]
    public void Exemplars_sharpen_the_profile()
    {
        var (purpose, texts) = Topics[0];
        var profile = new ValidationProfile(purpose) { Exemplars = texts[..4] };

        Assert.True(texts[4..].Count(text => Relevance(profile, text) > 0) >= 3);
        Assert.InRange(Topics.Skip(1).SelectMany(topic => topic.Texts).Count(text => Relevance(profile, text) >= 300), 0, 2);
    }

    [Fact]
    public void Keywords_strung_together_are_not_accepted()
    {
        var random = new Random(9);
        foreach (var (purpose, _) in Topics)
        {
            var keywords = Words.In(purpose).Select(range => purpose[range]).Where(word => word.Length > 3 && !FunctionWords.Contains(word.ToLowerInvariant())).ToArray();
            var stuffed = string.Join(' ', Enumerable.Range(0, 40).Select(_ => string.Join(' ', Enumerable.Range(0, 8).Select(_ => keywords[random.Next(keywords.Length)])) + "."));

            Assert.NotEqual(ContributionDecision.Accepted, Decide(purpose, stuffed));
            Assert.NotEqual(ContributionDecision.Accepted, Decide(purpose, string.Concat(Enumerable.Repeat(purpose + "\n", 20))));
        }
    }

    [Fact]
    public void Chinese_is_compared_by_pairs_of_characters()
    {
        const string purpose = "养蜂人的实用知识：检查蜂箱、防止分蜂、治疗蜂螨、采收蜂蜜和帮助蜂群过冬。";

        Assert.True(Relevance(purpose, "打开蜂箱要选温暖的日子。先看蜂群里有没有卵和幼虫，再看蜂蜜够不够。如果发现蜂螨，采收蜂蜜以后马上治疗。") >= 300);
        Assert.Equal(0, Relevance(purpose, "中央银行提高了利率，贷款变得更贵，建筑业放慢了速度。经济学家对最坏的时候是否已经过去意见不一。"));
    }

    private static IEnumerable<(string Purpose, string Text)> Pairs(bool sameTopic) =>
        from topic in Topics
        from other in Topics
        where (topic.Purpose == other.Purpose) == sameTopic
        from text in other.Texts
        select (topic.Purpose, text);

    private static int Relevance(string purpose, string text) => Relevance(new ValidationProfile(purpose), text);

    private static int Relevance(ValidationProfile profile, string text) =>
        new RelevanceRule().Evaluate(
            new ValidationContext(new InspectionRequest("a.md", profile), new MarkdownFile(), new ExtractedText(text, [], "md/1"), new RecordReading([], [])),
            TestContext.Current.CancellationToken).Score!.Value;

    private static ContributionDecision Decide(string purpose, string text) =>
        ValidationReport.Decide(ValidationPipelineTests.Inspect("a.md", Encoding.UTF8.GetBytes(text), new ValidationProfile(purpose)).Findings, ValidationPolicy.Default).Decision;

    private static List<(string, string[])> ReadTopics() =>
        [.. ("\n" + File.ReadAllText(Path.Combine(Repository.Root, "tests", "Assay.Data.Tests", "Validation", "relevance-set.txt")))
            .Split("\n# ", StringSplitOptions.RemoveEmptyEntries)
            .Select(topic => topic.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(parts => (parts[0], parts[1..]))];
}
