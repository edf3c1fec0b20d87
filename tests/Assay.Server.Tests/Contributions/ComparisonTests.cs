using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Data.Duplicates;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Tests.Review;

namespace Assay.Server.Tests.Contributions;

/// <summary>A finding and the earlier record it speaks of, side by side.</summary>
public sealed class ComparisonTests : IAsyncLifetime
{
    private const string Line = "The ebb bell of the outer mole was struck nine times by the youngest hand, who then wrote wind, swell and the names of all ships in sight on a slate of grey stone.";

    private AssayServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await Reviewed.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_derived_record_stands_beside_its_source_with_the_same_words_marked()
    {
        var owner = await _server.JoinAsync();
        var other = await _server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        var first = await SendAsync(owner, datanet.Id, "first.jsonl", Row("Which unit is used?", Plain(1)), Row("Who struck the bell?", Line));
        var second = await SendAsync(other, datanet.Id, "second.jsonl", Row("Tell me about the bell of old and what the Harbor library returns now.", $"{Plain(2)} {Line.ToUpperInvariant()} {Plain(3)} {Plain(4)}"));

        var comparison = Assert.Single(await ComparisonsAsync(owner, second.Id, "derived"));

        Assert.True(Assert.Single(second.Findings, finding => finding.Rule == "derived").HasComparison);
        Assert.Equal((1, 2, "first.jsonl", first.Id, null), (comparison.Record, comparison.OtherRecord, comparison.OtherName, comparison.OtherContribution, comparison.Withheld));
        AssertPaired(comparison);
        Assert.Contains(comparison.Own!.Parts, part => part.Passage is not null && part.Text.Contains("YOUNGEST HAND", StringComparison.Ordinal));
        Assert.Contains(comparison.Other!.Parts, part => part.Passage is not null && part.Text.Contains("youngest hand", StringComparison.Ordinal));
        Assert.Contains("Who struck the bell?", string.Concat(comparison.Other.Parts.Select(part => part.Text)), StringComparison.Ordinal);
        Assert.InRange(comparison.Jaccard!.Value, 0.01, 0.9);
        Assert.Equal(4, comparison.Words!.Length);
        Assert.InRange(comparison.Words.Shared, 20, comparison.Words.Other!.Value);
        Assert.Equal(comparison.Own.Characters, comparison.Own.Parts.Sum(part => part.Text.Length));
        Assert.Empty(await ComparisonsAsync(owner, first.Id, null));
    }

    [Fact]
    public async Task Whoever_may_not_read_the_earlier_file_sees_only_what_the_own_text_holds_and_a_removed_one_is_blank()
    {
        var (owner, author, stranger) = (await _server.JoinAsync(), await _server.JoinAsync(), await _server.JoinAsync());
        var datanet = await owner.OpenSamplesAsync();
        using (var approval = await owner.Http.PatchAsync(new Uri($"/api/v1/datanets/{datanet.Id}", UriKind.Relative), new StringContent("{\"approval\":true}", Encoding.UTF8, "application/json"), Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, approval.StatusCode);
        }

        var waiting = await SendAsync(author, datanet.Id, "waiting.jsonl", Row("Who wrote on the slate?", $"{Line} {Plain(11)[..90]}"));
        var copy = await SendAsync(stranger, datanet.Id, "copy.jsonl", Row("What did the youngest hand do at the bell of the mole, and which value is returned?", $"{Plain(12)} {Line} {Plain(13)}"));
        Assert.Equal(("review", "review"), (waiting.State, copy.State));

        var shown = Assert.Single(await ComparisonsAsync(stranger, copy.Id, "derived"));
        Assert.Equal("not_readable", shown.Withheld);
        Assert.All(shown.Other!.Parts, part => Assert.NotNull(part.Passage));
        Assert.DoesNotContain("Gauge11x0", JsonSerializer.Serialize(shown), StringComparison.Ordinal);
        AssertPaired(shown);
        await author.Http.GetAsync(new Uri($"/api/v1/contributions/{copy.Id}/comparisons", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.Forbidden);
        Assert.Null(Assert.Single(await ComparisonsAsync(owner, copy.Id, "derived")).Withheld);

        await author.PostAsync<ContributionView>($"/api/v1/contributions/{waiting.Id}/removal", new RemovalRequest("withdraw"));
        var gone = Assert.Single(await ComparisonsAsync(owner, copy.Id, "derived"));
        Assert.Equal(("removed", null, null, null), (gone.Withheld, gone.Other, gone.Jaccard, gone.Words));
        Assert.DoesNotContain("Gauge11x0", JsonSerializer.Serialize(gone), StringComparison.Ordinal);
        using var page = await stranger.Http.GetAsync(new Uri($"/contributions/{copy.Id}/comparison/derived", UriKind.Relative), Cancel);
        Assert.Contains("It was removed; nothing of it is kept.", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_test_set_only_the_own_words_are_marked()
    {
        const string Question = "Nine boats with eleven oars each wait at the outer mole for the tide, and two of them leave before the bell: how many oars stay?";
        var owner = await _server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        await owner.PostAsync<TestSetView>("/api/v1/test-sets", new { name = "Oars", items = new[] { Question + " Ninety-nine minus twenty-two." }, datanet = datanet.Id });
        var sent = await SendAsync(owner, datanet.Id, "leak.jsonl", Row(Question, Plain(21)[..40]));

        var comparison = Assert.Single(await ComparisonsAsync(owner, sent.Id, "contamination"));

        Assert.Equal(("Oars", "test_set", null, null), (comparison.OtherName, comparison.Withheld, comparison.Other, comparison.OtherContribution));
        Assert.Equal(Question.TrimEnd('?'), Assert.Single(comparison.Own!.Parts, part => part.Passage is not null).Text);
        Assert.Equal((13, null), (comparison.Words!.Length, comparison.Words.Other));
    }

    [Fact]
    public async Task A_reviewer_sees_the_held_file_beside_the_earlier_one_without_its_name()
    {
        var reviewer = await _server.JoinAsync("reviewer");
        var (owner, author) = (await _server.JoinAsync(), await _server.JoinAsync());
        var (one, two) = (await owner.OpenSamplesAsync(), await owner.OpenSamplesAsync());
        await SendAsync(owner, one.Id, "source.jsonl", Row("Who struck the bell?", Line), Row("Which unit is used?", Plain(31)));
        var copy = await SendAsync(author, two.Id, "secret-name.jsonl", Row("What did the youngest hand do?", $"{Line} Gauge 7 was red."));
        Assert.Equal("review", copy.State);

        var item = (await reviewer.NextAsync())!;

        Assert.True(Assert.Single(item.Findings, finding => finding.Rule == "plagiarism").HasComparison);
        var held = Assert.Single((await reviewer.GetAsync<Page<ComparisonView>>($"/api/v1/review/assignments/{item.AssignmentId}/comparisons?rule=plagiarism")).Items);
        AssertPaired(held);
        using var page = await reviewer.Http.GetAsync(new Uri($"/review/{item.AssignmentId}/comparison/plagiarism", UriKind.Relative), Cancel);
        var html = await page.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("<mark", html, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-name", html, StringComparison.Ordinal);
        Assert.DoesNotContain(copy.Id, html, StringComparison.Ordinal);
        var second = await _server.JoinAsync("reviewer");
        await second.Http.GetAsync(new Uri($"/api/v1/review/assignments/{item.AssignmentId}/comparisons", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Long_texts_are_cut_and_say_so()
    {
        var text = string.Concat(Enumerable.Repeat("The tide rises at noon \U0001F6A2. ", 3_000));

        var (own, other) = ComparedTexts.Pair(text, text[1..], whole: true);

        Assert.Equal(text.Length, own.Characters);
        Assert.InRange(own.Shown, ComparedTexts.MostCharacters - 1, ComparedTexts.MostCharacters);
        Assert.All(new[] { own, other }, side => Assert.Equal(side.Shown, side.Parts.Sum(part => part.Text.Length)));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A passage has a number, stands on both sides, and is the same words.</summary>
    private static void AssertPaired(ComparisonView comparison)
    {
        var (own, other) = (Passages(comparison.Own!), Passages(comparison.Other!));
        Assert.NotEmpty(own);
        Assert.Equal(own.Order(), other.Order());

        static List<(int, string)> Passages(ComparedText text) => [.. text.Parts.Where(part => part.Passage is not null).Select(part => (part.Passage!.Value, NormalisedText.Of(part.Text)))];
    }

    private static async Task<IReadOnlyList<ComparisonView>> ComparisonsAsync(Person person, string contribution, string? rule) =>
        (await person.GetAsync<Page<ComparisonView>>($"/api/v1/contributions/{contribution}/comparisons{(rule is null ? "" : "?rule=" + rule)}")).Items;

    private async Task<ContributionView> SendAsync(Person person, string datanet, string name, params string[] rows)
    {
        var sent = await person.ContributeAsync(datanet, name, Encoding.UTF8.GetBytes(string.Join('\n', rows)));
        await _server.ValidateAsync();
        return await person.ContributionAsync(sent.Id);
    }

    private static string Row(string question, string answer) => JsonSerializer.Serialize(new { instruction = question, output = answer });

    /// <summary>An answer about the library that shares no run of four words with another number's.</summary>
    private static string Plain(int number) => string.Join(' ', Enumerable.Range(0, 5).Select(index =>
        $"Gauge{number}x{index} returns tide level {number * 31 + index} in metres; sensor{number}y{index} throws PortException{number}z{index} when buoy {number}{index} is silent."));
}
