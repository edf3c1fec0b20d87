using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Settings;

/// <summary>/api/v1/datanets/{id}/quiz: PUT sets the owner's questions, GET shows them without answers, POST grades an attempt.</summary>
internal sealed class TakeQuiz(IDbContextFactory<AssayDb> reader, DbWriter writer, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder group)
    {
        group.MapPut("/{id}/quiz", async Task<Results<NoContent, ProblemHttpResult>> (string id, QuizDraft quiz, CurrentUser user, TakeQuiz take, CancellationToken cancel) =>
            await take.SetAsync(id, quiz, user, cancel) is { } refusal ? refusal.ToProblem() : TypedResults.NoContent()).RequireAuthorization(Scopes.Contribute);
        group.MapGet("/{id}/quiz", async Task<Results<Ok<QuizView>, ProblemHttpResult>> (string id, CurrentUser user, TakeQuiz take, CancellationToken cancel) =>
            await take.ReadAsync(id, user.Viewer, cancel) is { } view ? TypedResults.Ok(view) : Refusal.NotFound("datanet", id).ToProblem()).RequireAuthorization(Scopes.Read);
        group.MapPost("/{id}/quiz", async Task<Results<Ok<QuizResult>, ProblemHttpResult>> (string id, QuizAnswers answers, CurrentUser user, TakeQuiz take, CancellationToken cancel) =>
        {
            var (result, refusal) = await take.AnswerAsync(id, answers, user.Viewer, cancel);
            return refusal is null ? TypedResults.Ok(result!) : refusal.ToProblem();
        }).RequireAuthorization(Scopes.Contribute);
    }

    /// <summary>The quiz as this person sees it; null when there is no such datanet.</summary>
    public async Task<QuizView?> ReadAsync(string datanetId, Viewer viewer, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var found = await Readable.Datanets(db, viewer).AsNoTracking().Where(row => row.Id == datanetId).Select(row => new { row.Quiz }).FirstOrDefaultAsync(cancel);
        if (found is null)
        {
            return null;
        }

        if (Quiz.Read(found.Quiz) is not { } quiz)
        {
            return new QuizView("none", [], 0, 0, null);
        }

        var attempt = await db.QuizAttempts.AsNoTracking().FirstOrDefaultAsync(row => row.DatanetId == datanetId && row.AccountId == viewer.AccountId, cancel);
        var state = attempt switch { { Passed: true } => "passed", { RetryAt: { } at } when at > clock.GetUtcNow() => "waiting", _ => "open" };
        return new QuizView(state, [.. quiz.Questions.Select(question => new OpenQuestion(question.Text, question.Options))], quiz.PassPercent, quiz.RetryHours,
            state == "waiting" ? attempt!.RetryAt : null);
    }

    public async Task<Refusal?> SetAsync(string datanetId, QuizDraft quiz, CurrentUser user, CancellationToken cancel)
    {
        if (Quiz.Problem(quiz) is { } why)
        {
            return Refusal.Invalid(why);
        }

        return await writer.WriteAsync(async (db, stop) =>
        {
            var row = await Readable.Datanets(db, user.Viewer).FirstOrDefaultAsync(datanet => datanet.Id == datanetId, stop);
            if (row is null)
            {
                return Refusal.NotFound("datanet", datanetId);
            }

            if (row.OwnerId != user.Id)
            {
                return Refusal.Forbidden("Only the owner of a datanet sets its questions.");
            }

            row.Quiz = Quiz.Write(quiz);
            return null;
        }, cancel);
    }

    public Task<(QuizResult? Result, Refusal? Why)> AnswerAsync(string datanetId, QuizAnswers answers, Viewer viewer, CancellationToken cancel) =>
        writer.WriteAsync<(QuizResult?, Refusal?)>(async (db, stop) =>
        {
            var found = await Readable.Datanets(db, viewer).Where(row => row.Id == datanetId).Select(row => new { row.Quiz }).FirstOrDefaultAsync(stop);
            if (found is null || Quiz.Read(found.Quiz) is not { } quiz)
            {
                return (null, found is null ? Refusal.NotFound("datanet", datanetId) : Refusal.Conflict("no_quiz", "This datanet asks no questions; contribute at once."));
            }

            if (answers.Chosen.Count != quiz.Questions.Count)
            {
                return (null, Refusal.Invalid($"{answers.Chosen.Count} answers were given to {quiz.Questions.Count} questions."));
            }

            var now = clock.GetUtcNow();
            var attempt = await db.QuizAttempts.FirstOrDefaultAsync(row => row.DatanetId == datanetId && row.AccountId == viewer.AccountId, stop);
            if (attempt is { Passed: true })
            {
                return (null, Refusal.Conflict("passed", "You have passed already."));
            }

            if (attempt?.RetryAt > now)
            {
                return (null, new Refusal(StatusCodes.Status429TooManyRequests, "retry_later", $"The next attempt is possible from {attempt.RetryAt:yyyy-MM-dd HH:mm:ss} UTC.",
                    new Dictionary<string, object?> { ["retry_at"] = attempt.RetryAt })
                { RetryAfter = attempt.RetryAt - now });
            }

            if (attempt is null)
            {
                db.QuizAttempts.Add(attempt = new QuizAttemptRow { DatanetId = datanetId, AccountId = viewer.AccountId });
            }

            var result = Quiz.Grade(quiz, answers.Chosen, now);
            (attempt.Passed, attempt.Right, attempt.RetryAt) = (result.Passed, result.Right, result.RetryAt);
            attempt.Attempts++;
            return (result, null);
        }, cancel);
}
