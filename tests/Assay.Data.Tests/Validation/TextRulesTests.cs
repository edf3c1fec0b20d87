using System.Text;
using Assay.Data.Tests.FileTypes;
using Assay.Data.Validation;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Tests.Validation;

public sealed class TextRulesTests
{
    private static readonly string Prose = string.Join("\n\n", ReferenceSet.English.Take(6));

    [Fact]
    public void Random_letters_are_gibberish_and_every_reference_paragraph_is_not()
    {
        var random = new Random(3);
        var gibberish = string.Join(' ', Enumerable.Range(0, 120).Select(_ => new string([.. Enumerable.Range(0, random.Next(2, 9)).Select(_ => (char)random.Next('a', 'z' + 1))])));

        Assert.Equal(0, Score("substance", gibberish));
        Assert.All(ReferenceSet.English.Concat(ReferenceSet.OtherLanguages), paragraph => Assert.Equal(1000, Score("substance", paragraph)));
    }

    [Fact]
    public void Languages_without_Latin_letters_are_not_taken_for_gibberish()
    {
        Assert.Equal(1000, Score("substance", string.Concat(Enumerable.Repeat("蜂群在春天从蜂巢里飞出来寻找花蜜。养蜂人每周检查一次蜂王是否产卵，并在冬天之前喂糖水。", 3))));
        Assert.Equal(1000, Score("substance", string.Concat(Enumerable.Repeat("Пчёлы вылетают из улья ранней весной, и пчеловод проверяет, есть ли матка и достаточно ли мёда. ", 3))));
    }

    [Fact]
    public void Too_little_text_has_no_substance()
    {
        Assert.Equal(0, Score("substance", "A short note about bees."));
        Assert.Equal(0, Score("substance", "   \n\n  "));
    }

    [Fact]
    public void Integrity_names_the_first_damaged_character_by_its_byte()
    {
        var finding = Find("integrity", "é" + Prose.Insert(100, "\uFFFD"));

        Assert.Equal(102, finding.Evidence[0].Start);
        Assert.InRange(finding.Score!.Value, 1, 999);
        Assert.Equal(0, Score("integrity", Prose[..500] + "\u0001\u0002"));
        Assert.Equal(0, Score("integrity", Prose[..500] + "Ã© Ã¼ â€™"));
        Assert.Equal(1000, Score("integrity", Prose));
    }

    [Fact]
    public void One_empty_answer_in_forty_costs_half()
    {
        var pairs = string.Concat(Enumerable.Range(1, 39).Select(i => $"Q: What is {i}?\nA: It is {i}.\n"));

        Assert.Equal(500, Score("integrity", "Q: Zero?\nA:\n" + pairs));
    }

    [Fact]
    public void A_cut_off_last_record_costs_a_fifth()
    {
        var pairs = string.Concat(Enumerable.Range(1, 9).Select(i => $"Q: What is {i}?\nA: It is {i}.\n"));

        Assert.Equal(1000, Score("integrity", pairs));
        Assert.Equal(800, Score("integrity", pairs + "Q: And ten?\nA: It is the number that"));
    }

    [Fact]
    public void Structure_falls_to_zero_at_one_bad_record_in_five()
    {
        static string Pairs(int good, int bad) => string.Concat(Enumerable.Repeat("Q: What?\nA: That.\n", good)) + string.Concat(Enumerable.Repeat("Q: What?\n", bad));

        Assert.Equal(1000, Score("structure", Pairs(10, 0)));
        Assert.Equal(500, Score("structure", Pairs(9, 1)));
        Assert.Equal(0, Score("structure", Pairs(8, 2)));
    }

    [Fact]
    public void Repetition_grows_from_a_fifth_to_a_half()
    {
        Assert.Equal(1000, Score("repetition", Prose));
        Assert.Equal(0, Score("repetition", string.Concat(Enumerable.Repeat("The same line about bees appears again.\n", 40))));
        Assert.Null(Score("repetition", "Twelve words are not enough to judge whether a text repeats itself."));
    }

    [Fact]
    public void Text_outside_the_declared_languages_goes_to_a_person()
    {
        var german = ReferenceSet.OtherLanguages[0];

        Assert.Equal(0, Find("language", german, new ValidationProfile("Züge") { Languages = ["en"] }).Score);
        Assert.Equal(1000, Find("language", german, new ValidationProfile("Züge") { Languages = ["en", "de"] }).Score);
        Assert.Equal(1000, Find("language", german, new ValidationProfile("Züge")).Score);
        Assert.Equal(OnZero.Review, Find("language", german).OnZero);
    }

    [Fact]
    public void Personal_data_is_found_masked_and_treated_by_policy()
    {
        const string text = "Write to anna.b@example.org or call +49 30 1234567 89. Pay to DE89 3704 0044 0532 0130 00 or by card 4111 1111 1111 1111 from 8.8.8.8; ISBN 978-3-16-148410-0, 192.168.1.1 and version 10.2.3.4 are nobody's.";

        Assert.Equal(
            "Write to [EMAIL] or call [PHONE]. Pay to [IBAN] or by card [CARD] from [IP]; ISBN 978-3-16-148410-0, 192.168.1.1 and version 10.2.3.4 are nobody's.",
            PersonalData.Mask(text));
        Assert.Equal((0, OnZero.None), (Find("pii", text).Score, Find("pii", text).OnZero));
        Assert.Equal(OnZero.Reject, Find("pii", text, new ValidationProfile("x") { Pii = PiiPolicy.Refuse }).OnZero);
        Assert.DoesNotContain(Find("pii", text).Evidence, evidence => evidence.Text.Contains("anna", StringComparison.Ordinal));
    }

    [Fact]
    public void Secrets_reject_and_show_four_characters()
    {
        // Put together here, so that no scanner takes this file for a leak.
        var token = "gh" + "p_" + string.Concat(Enumerable.Range(0, 36).Select(i => (char)('a' + (i * 7 % 26))));
        var finding = Find("secrets", $"{Prose}\nexport TOKEN={token}\n");

        Assert.Equal((0, OnZero.Reject), (finding.Score, finding.OnZero));
        Assert.Contains($"'{token[..4]}…'", finding.Evidence[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain(token, string.Concat(finding.Evidence.Select(evidence => evidence.Text)), StringComparison.Ordinal);
        Assert.Equal(0, Score("secrets", "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nabc"));
        Assert.Equal(0, Score("secrets", "password = \"" + "x9Kq2vL7pR4tW8zB" + "\""));
        Assert.Equal(1000, Score("secrets", "The password: correcthorsebatterystaple is long, and key = 1234567890123456 is no secret."));
    }

    [Theory]
    [InlineData("a\u202Eb", 0)]
    [InlineData("hi\U000E0041there", 0)]
    [InlineData("z\u200Be\u200Br\u200Bo", 0)]
    [InlineData("\U0001F3F4\U000E0067\U000E0062\U000E007F is a flag", 1000)]
    [InlineData("plain", 1000)]
    public void Text_that_readers_do_not_see_goes_to_a_person(string text, int expected) => Assert.Equal(expected, Score("hidden-text", text));

    [Fact]
    public void Context_counts_the_four_statements()
    {
        var profile = new ValidationProfile("bees") { Licences = ["MIT"] };
        int? Context(ContributionContext context) => ValidationPipeline
            .Inspect(Encoding.UTF8.GetBytes(Prose), new InspectionRequest("a.md", profile) { Context = context }, TestContext.Current.CancellationToken)
            .Findings.Single(finding => finding.Rule == "context").Score;

        Assert.Equal(1000, Context(new("my own notes", "MIT", "train a model", "nothing like it here")));
        Assert.Equal(500, Context(new("my own notes", "GPL-3.0", "train a model", "train a model")));
        Assert.Equal(0, Context(new("", "", "", "")));
    }

    [Fact]
    public void Evidence_cannot_steer_a_terminal()
    {
        var inspection = ValidationPipelineTests.Inspect("a.md", Encoding.UTF8.GetBytes($"## A\u001b[31m\u202Eb\n\nshort\n\n## C\n\n{TestFiles.Paragraph}"));

        Assert.All(inspection.Findings.SelectMany(finding => finding.Evidence), evidence => Assert.DoesNotContain(evidence.Text, symbol => char.IsControl(symbol) || symbol == '\u202E'));
    }

    private static int? Score(string rule, string text) => Find(rule, text).Score;

    private static ValidationFinding Find(string rule, string text, ValidationProfile? profile = null) => ValidationPipeline
        .Inspect(Encoding.UTF8.GetBytes(text), new InspectionRequest("a.md", profile ?? new ValidationProfile("bees") { Languages = ["en"] }), TestContext.Current.CancellationToken)
        .Findings.Single(finding => finding.Rule == rule);
}
