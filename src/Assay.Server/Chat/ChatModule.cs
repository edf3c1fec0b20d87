using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Chat;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Chat;

/// <summary>Questions, answers with their sources, and corrections.</summary>
internal static class ChatModule
{
    public static void AddChat(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Answering>();
        builder.Services.AddSingleton<AnswerViews>();
    }

    public static void MapChat(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1").WithTags("Chat").RequireAuthorization(Scopes.Infer);
        group.MapPost("/chat", AskAsync);
        group.MapPost("/chat/stream", (ChatRequest request, CurrentUser user, Answering answering, CancellationToken cancel) =>
            TypedResults.ServerSentEvents(StreamAsync(request, user.Viewer, answering, cancel)));
        group.MapGet("/answers/{id}", async Task<Results<Ok<AnswerView>, ProblemHttpResult>> (string id, CurrentUser user, AnswerViews views, CancellationToken cancel) =>
            await views.OneAsync(id, user.Viewer, cancel) is { } view ? TypedResults.Ok(view) : Refusal.NotFound("answer", id).ToProblem());
        group.MapGet("/answers/{id}/receipt", async Task<Results<FileContentHttpResult, ProblemHttpResult>> (
            string id, CurrentUser user, AssayDb db, LedgerSequencer ledger, CancellationToken cancel) =>
            await Readable.Answers(db, user.Viewer).Where(row => row.Id == id).Select(row => (long?)row.EntryId).FirstOrDefaultAsync(cancel) is { } entry
                ? TypedResults.File(await ledger.ReceiptAsync(entry, cancel), "text/plain; charset=utf-8", $"{id}.tlog-proof")
                : Refusal.NotFound("answer", id).ToProblem());
        CorrectAnswer.Map(group);
    }

    private static async Task<Results<Ok<AnswerView>, ProblemHttpResult>> AskAsync(
        ChatRequest request, CurrentUser user, Answering answering, CancellationToken cancel)
    {
        await foreach (var step in answering.AskAsync(request, [], user.Viewer, cancel))
        {
            switch (step)
            {
                case AnswerStep.Refused refused:
                    return refused.Why.ToProblem();
                case AnswerStep.Done done:
                    return TypedResults.Ok(done.Answer);
                default:
                    break;
            }
        }

        throw new InvalidOperationException("An answer ended without an end.");
    }

    private static async IAsyncEnumerable<SseItem<string>> StreamAsync(
        ChatRequest request, Viewer viewer, Answering answering, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var step in answering.AskAsync(request, [], viewer, cancel))
        {
            yield return step switch
            {
                AnswerStep.Piece piece => new SseItem<string>(JsonSerializer.Serialize(new { piece.Text }, AssayJson.Options), "text"),
                AnswerStep.Refused refused => new SseItem<string>(JsonSerializer.Serialize(new { refused.Why.Detail }, AssayJson.Options), "refused"),
                AnswerStep.Done done => new SseItem<string>(JsonSerializer.Serialize(done.Answer, AssayJson.Options), "answer"),
                _ => throw new InvalidOperationException($"Unknown step {step.GetType().Name}."),
            };
        }
    }
}
