using System.Net;
using System.Net.Http.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Assay.Server.Datanets.Settings;
using Assay.Server.Tests.Review;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Datanets.Settings;

public sealed class SettingsTests
{
    private static readonly QuizDraft Questions = new(
    [
        new QuizQuestion("What is a tide gauge for?", ["Measuring the height of the sea", "Weighing fish"], 0, "It measures water."),
        new QuizQuestion("Which unit is used here?", ["feet", "metres"], 1, "The purpose says metres."),
    ], 100, 3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_owner_changes_settings_and_each_change_is_a_revision_on_the_ledger()
    {
        await using var server = await AssayServer.StartAsync(null);
        var (owner, stranger) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenSamplesAsync();
        var path = $"/api/v1/datanets/{datanet.Id}";

        var changed = await PatchAsync<DatanetView>(owner, path, new ChangeSettingsRequest("Shorter", Licences: ["CC0-1.0"], Accept: 700, Pii: "refuse"));

        Assert.Equal(("Shorter", 700, "refuse", datanet.Description), (changed.Summary, changed.Accept, changed.Pii, changed.Description));
        Assert.Equal(["CC0-1.0"], changed.Licences);
        await owner.SendAsync(datanet.Id, "a.md", Texts.Sample("careful/01-tide-gauge.md")).RefusedAsync(HttpStatusCode.UnprocessableEntity, "licence");
        await PatchAsync(stranger, path, new ChangeSettingsRequest("Mine")).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await PatchAsync(owner, path, new ChangeSettingsRequest()).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await PatchAsync(owner, path, new ChangeSettingsRequest(Accept: 599)).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await PatchAsync(owner, path, new ChangeSettingsRequest(Licences: [])).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await PatchAsync(owner, path, new ChangeSettingsRequest(Tags: ["a,b"])).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await using var db = server.Read();
        Assert.Equal(2, db.Datanets.Single(row => row.Id == datanet.Id).Revision);
    }

    [Fact]
    public async Task A_restricted_datanet_takes_files_of_its_owner_and_of_invited_people_also_when_they_join_later()
    {
        await using var server = await AssayServer.StartAsync(null);
        var (owner, known) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenSamplesAsync();
        await PatchAsync<DatanetView>(owner, $"/api/v1/datanets/{datanet.Id}", new ChangeSettingsRequest(Visibility: "restricted"));
        await InviteAsync(owner, datanet.Id, "PERSON3@example.org");

        await SendAsync(known, datanet.Id, "careful/01-tide-gauge.md").RefusedAsync(HttpStatusCode.Forbidden, "not_invited");
        await InviteAsync(owner, datanet.Id, known.Account.Email);
        await InviteAsync(owner, datanet.Id, known.Account.Email);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(known, datanet.Id, "careful/01-tide-gauge.md")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(owner, datanet.Id, "careful/02-buoy.md")).StatusCode);
        var third = await server.JoinAsync();
        Assert.Equal("person3@example.org", third.Account.Email);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(third, datanet.Id, "careful/09-clock.txt")).StatusCode);

        Assert.Equal([known.Account.Name, third.Account.Name], (await owner.GetAsync<Page<MemberView>>($"/api/v1/datanets/{datanet.Id}/members")).Items.Select(member => member.Name));
        await owner.Http.DeleteAsync(new Uri($"/api/v1/datanets/{datanet.Id}/members?email={known.Account.Email}&role=contributor", UriKind.Relative), Cancel);
        await SendAsync(known, datanet.Id, "careful/03-weather-station.md").RefusedAsync(HttpStatusCode.Forbidden, "not_invited");
        await known.Http.GetAsync(new Uri($"/api/v1/datanets/{datanet.Id}/members", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.Forbidden, "forbidden");
        await owner.PostAsync($"/api/v1/datanets/{datanet.Id}/members", new InviteRequest("nobody")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task A_quiz_is_answered_before_the_first_file_and_a_failed_attempt_names_the_exact_retry_time()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        await using var server = await AssayServer.StartAsync(clock);
        var (owner, person) = (await server.JoinAsync(), await server.JoinAsync());
        var datanet = await owner.OpenSamplesAsync();
        var path = $"/api/v1/datanets/{datanet.Id}/quiz";
        Assert.Equal("none", (await person.GetAsync<QuizView>(path)).State);
        using (var set = await owner.Http.PutAsJsonAsync(new Uri(path, UriKind.Relative), Questions, AssayJson.Options, Cancel))
        {
            Assert.Equal(HttpStatusCode.NoContent, set.StatusCode);
        }

        var asked = await person.Http.GetStringAsync(new Uri(path, UriKind.Relative), Cancel);
        Assert.DoesNotContain("The purpose says", asked, StringComparison.Ordinal);
        await SendAsync(person, datanet.Id, "careful/01-tide-gauge.md").RefusedAsync(HttpStatusCode.Forbidden, "quiz");
        var failed = await person.PostAsync<QuizResult>(path, new QuizAnswers([0, 0]));
        Assert.Equal((false, 1, 2, clock.GetUtcNow().AddHours(3)), (failed.Passed, failed.Right, failed.Of, failed.RetryAt));
        Assert.Equal([("It measures water.", true), (null, false)], failed.Feedback.Select(item => (item.Why, item.Right)));

        clock.Advance(TimeSpan.FromHours(3) - TimeSpan.FromSeconds(1));
        await person.PostAsync(path, new QuizAnswers([0, 1])).RefusedAsync(HttpStatusCode.TooManyRequests, "retry_later");
        Assert.Equal("waiting", (await person.GetAsync<QuizView>(path)).State);
        clock.Advance(TimeSpan.FromSeconds(1));
        await person.PostAsync(path, new QuizAnswers([0])).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        Assert.True((await person.PostAsync<QuizResult>(path, new QuizAnswers([0, 1]))).Passed);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(person, datanet.Id, "careful/01-tide-gauge.md")).StatusCode);
        await person.PostAsync(path, new QuizAnswers([0, 1])).RefusedAsync(HttpStatusCode.Conflict, "passed");
        Assert.Contains("You may contribute", await person.Http.GetStringAsync(new Uri($"/datanets/{datanet.Id}/quiz", UriKind.Relative), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_a_datanet_names_a_reviewer_only_the_named_ones_get_its_files()
    {
        await using var server = await Reviewed.StartAsync("Review:GoldShare=0");
        var (owner, view) = await server.BorderlineAsync();
        var (named, other) = (await server.JoinAsync("reviewer"), await server.JoinAsync("reviewer"));
        await InviteAsync(owner, view.DatanetId, named.Account.Email, "reviewer");

        Assert.Null(await other.NextAsync());
        Assert.NotNull(await named.NextAsync());
    }

    [Fact]
    public async Task The_settings_page_is_the_owners()
    {
        await using var server = await AssayServer.StartAsync(null);
        var (owner, stranger) = (await server.JoinAsync(), await server.JoinAsync());
        var page = new Uri($"/datanets/{(await owner.OpenSamplesAsync()).Id}/settings", UriKind.Relative);

        Assert.Contains("Questions before the first file", await owner.Http.GetStringAsync(page, Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.Http.GetAsync(page, Cancel)).StatusCode);
    }

    [Fact]
    public void Questions_come_back_from_their_text_and_what_is_wrong_is_named()
    {
        var (questions, problem) = QuizText.Parse(QuizText.Write(Questions.Questions));

        Assert.Null(problem);
        Assert.Equal(Questions.Questions.Select(question => (question.Text, string.Join('|', question.Options), question.Right, question.Why)), questions.Select(question => (question.Text, string.Join('|', question.Options), question.Right, question.Why)));
        Assert.Contains("Question 1 has two right answers", QuizText.Parse("Which one?\n* a\n* b").Problem, StringComparison.Ordinal);
        Assert.Contains("Question 2 has no right answer", QuizText.Parse("Which one?\n* a\n- b\n\nAnd now?\n- a").Problem, StringComparison.Ordinal);
        Assert.Contains("begins with none of", QuizText.Parse("Which one?\n* a\nb").Problem, StringComparison.Ordinal);
        Assert.Empty(QuizText.Parse(" \n\n").Questions);
        Assert.Contains("2 to 6", Quiz.Problem(new QuizDraft([new QuizQuestion("Which of these is it?", ["a"], 0)])), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PatchAsync(Person person, string path, object body) =>
        person.Http.PatchAsJsonAsync(new Uri(path, UriKind.Relative), body, AssayJson.Options, Cancel);

    private static async Task<T> PatchAsync<T>(Person person, string path, object body) => await Person.ReadAsync<T>(await PatchAsync(person, path, body));

    private static async Task InviteAsync(Person owner, string datanet, string email, string role = "contributor") =>
        Assert.Equal(HttpStatusCode.NoContent, (await owner.PostAsync($"/api/v1/datanets/{datanet}/members", new InviteRequest(email, role))).StatusCode);

    private static Task<HttpResponseMessage> SendAsync(Person person, string datanet, string sample) => person.SendAsync(datanet, sample, Texts.Sample(sample));
}
