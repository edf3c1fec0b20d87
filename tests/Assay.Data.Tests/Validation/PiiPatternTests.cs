using System.Diagnostics;
using System.Text;
using Assay.Data.Tests.FileTypes;
using Assay.Data.Validation;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Tests.Validation;

/// <summary>What an operator adds to the built-in kinds of personal data.</summary>
public sealed class PiiPatternTests
{
    private static readonly PiiPattern Patient = new("PATIENT", @"\bP-\d{6}\b");

    [Fact]
    public void A_find_is_masked_and_evidence_shows_one_character_of_it()
    {
        var text = $"{TestFiles.Paragraph}\n\nThe chart of P-123456 went to anna@example.org.\n";
        var finding = Find(text, new ValidationProfile("bees") { Patterns = [Patient] });

        Assert.EndsWith("The chart of [PATIENT] went to [EMAIL].\n", PersonalData.Mask(text, PiiPatternSet.Of([Patient])), StringComparison.Ordinal);
        Assert.StartsWith("2 pieces of personal data", finding.Evidence[0].Text, StringComparison.Ordinal);
        Assert.Contains(finding.Evidence, evidence => evidence.Text == "PATIENT: P… (8 characters).");
        Assert.DoesNotContain("123456", string.Concat(finding.Evidence.Select(evidence => evidence.Text)), StringComparison.Ordinal);
        Assert.StartsWith("1 pieces", Find(text, new ValidationProfile("bees")).Evidence[0].Text, StringComparison.Ordinal);
        Assert.Contains("PATIENT", Find(TestFiles.Paragraph, new ValidationProfile("bees") { Patterns = [Patient] }).Evidence[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PiiPolicy.Mask)]
    [InlineData(PiiPolicy.Refuse)]
    [InlineData(PiiPolicy.Allow)]
    public void What_one_find_does_is_the_patterns_choice_under_each_policy(PiiPolicy policy)
    {
        var text = string.Concat(Enumerable.Repeat(TestFiles.Paragraph + "\n\n", 40)) + "P-123456";
        var profile = new ValidationProfile("bees") { Pii = policy };
        PiiPattern[] rejecting = [Patient with { UnderMask = Reject(PiiPolicy.Mask), UnderRefuse = Reject(PiiPolicy.Refuse), UnderAllow = Reject(PiiPolicy.Allow) }];
        PiiPattern[] others = [Patient with { UnderMask = Other(PiiPolicy.Mask), UnderRefuse = Other(PiiPolicy.Refuse), UnderAllow = Other(PiiPolicy.Allow) }];

        var counted = Find(text, profile with { Patterns = [Patient] });
        Assert.InRange(counted.Score!.Value, 1, 999);
        Assert.Equal(counted.Score, Find(text, profile with { Patterns = others }).Score);
        Assert.Equal((0, OnZero.Reject), (Find(text, profile with { Patterns = rejecting }).Score, Find(text, profile with { Patterns = rejecting }).OnZero));

        PiiEffect Reject(PiiPolicy under) => under == policy ? PiiEffect.Reject : PiiEffect.Count;
        PiiEffect Other(PiiPolicy under) => under == policy ? PiiEffect.Count : PiiEffect.Reject;
    }

    [Theory]
    [InlineData("Customer 4711 at anna@example.org", "anna@example", "Customer 4711 at [EMAIL]")]
    [InlineData("Customer 4711 at anna@example.org", "at anna", "Customer 4711 [OWN]")]
    [InlineData("Customer 4711 at anna@example.org", "example.org now|org", "Customer 4711 at [EMAIL]")]
    public void Where_finds_overlap_nothing_of_either_stays(string text, string pattern, string expected) =>
        Assert.Equal(expected, PersonalData.Mask(text, PiiPatternSet.Of([new PiiPattern("OWN", pattern)])));

    [Fact]
    public void A_find_is_not_lost_where_a_long_line_is_cut()
    {
        foreach (var at in Enumerable.Range(PiiPatternSet.Piece - PiiPatternSet.Overlap - 20, PiiPatternSet.Overlap + 40))
        {
            var text = new string('x', at) + " P-123456 " + new string('y', PiiPatternSet.Piece) + "\r\nP-654321";
            var found = PiiPatternSet.Of([Patient]).Find(text, int.MaxValue, TestContext.Current.CancellationToken).Select(find => (find.Datum.Start, find.Datum.End)).ToList();

            Assert.Equal([(at + 1, at + 9), (text.Length - 8, text.Length)], found);
        }
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(4096)]
    [InlineData(1)]
    public void Nothing_of_a_find_that_is_longer_than_a_piece_stays(int length) =>
        Assert.Equal("", PersonalData.Mask(new string('x', length), PiiPatternSet.Of([new PiiPattern("ALL", "x+")])).Replace("[ALL]", "", StringComparison.Ordinal));

    [Fact]
    public void A_word_does_not_begin_where_a_piece_does() =>
        Assert.Empty(PiiPatternSet.Of([new PiiPattern("WORD", @"(|^)P{20}")]).Find(new string('P', 9000), int.MaxValue, TestContext.Current.CancellationToken));

    [Fact]
    public void A_set_is_named_by_what_it_says_and_reads_back()
    {
        PiiPattern[] patterns = [Patient, new("BADGE", "B[0-9]{4}") { IgnoreCase = true, UnderRefuse = PiiEffect.Reject }];
        var set = PiiPatternSet.Of(patterns);

        Assert.Equal(set.Hash, PiiPatternSet.Parse(set.Text).Hash);
        Assert.Equal(patterns, PiiPatternSet.Parse(set.Text).Patterns);
        Assert.NotEqual(set.Hash, PiiPatternSet.Of([Patient, patterns[1] with { UnderMask = PiiEffect.Reject }]).Hash);
        Assert.Equal("[BADGE]", PersonalData.Mask("b1234", set));
    }

    [Theory]
    [InlineData("a", "x", "capital letters")]
    [InlineData("EMAIL", "x", "taken by a built-in kind")]
    [InlineData("PATIENT", "x", "the name is taken")]
    [InlineData("OPEN", "(a", "no regular expression")]
    [InlineData("LOOKS", "(?=a)a", "non-backtracking engine cannot run it")]
    [InlineData("BACK", @"(a)\1", "Write it without")]
    [InlineData("HUGE", "(a{1000}){1000}", "smaller numbers in braces")]
    [InlineData("NOTHING", "a*", "Ask for at least one character")]
    [InlineData("BORDER", @"\b", "no characters at all")]
    [InlineData("EMPTY", "", "the expression has 0 characters")]
    [InlineData("TO_THE_END", "a(.*Z)?", "takes too long on ordinary text")]
    public void A_pattern_that_cannot_be_used_is_refused_with_reason_and_remedy(string name, string pattern, string expected)
    {
        var problem = Assert.Single(PiiPatternCheck.Problems([Patient, new PiiPattern(name, pattern)]));

        Assert.Contains($"'{name}'", problem, StringComparison.Ordinal);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_patterns_are_refused() =>
        Assert.Contains("20 are the most", Assert.Single(PiiPatternCheck.Problems([.. Enumerable.Range(0, 21).Select(i => new PiiPattern($"OWN_{i}", $"own{i}"))])), StringComparison.Ordinal);

    [Theory]
    [InlineData(@"(a+)+$")]
    [InlineData(@"(a|aa)+b")]
    [InlineData(@"(.*a){12}b")]
    public void A_pattern_that_ruins_a_backtracking_engine_takes_no_time_here(string pattern)
    {
        var text = string.Concat(Enumerable.Repeat(new string('a', 4000) + "!\n", 260));
        var set = PiiPatternSet.Of([new PiiPattern("OWN", pattern)]);
        var watch = Stopwatch.StartNew();

        Assert.Empty(set.Find(text, 1000, TestContext.Current.CancellationToken));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}"); // a backtracking engine takes 2 to the power of the length
    }

    private static ValidationFinding Find(string text, ValidationProfile profile)
    {
        var inspection = ValidationPipeline.Inspect(Encoding.UTF8.GetBytes(text), new InspectionRequest("a.md", profile), TestContext.Current.CancellationToken);
        Assert.Equal(profile.Patterns.Count == 0 ? null : PiiPatternSet.Of(profile.Patterns).Hash, inspection.PatternSet);
        return inspection.Findings.Single(finding => finding.Rule == "pii");
    }
}
