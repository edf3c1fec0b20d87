using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Chat;
using Assay.Client.OpenAi;
using Assay.Server.Accounts;
using Assay.Server.Chat;
using Assay.Server.ModelCatalog;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.OpenAi;

/// <summary>/v1 in OpenAI's shape: models and chat completions, whole and streamed. What is ours stands under the key <c>assay</c>.</summary>
internal static class OpenAiModule
{
    public static void MapOpenAi(this WebApplication app)
    {
        var group = app.MapGroup("/v1").WithTags("OpenAI").RequireAuthorization(Scopes.Infer);
        group.MapGet("/models", async Task<Ok<ModelList>> (CurrentUser user, BaseModels bases, AssayDb db, CancellationToken cancel) =>
            TypedResults.Ok(new ModelList("list", (await ModelCatalogModule.VisibleAsync(user.Viewer, bases, db, cancel)).ConvertAll(model =>
                new ModelItem(model.Name, "model", model.CreatedAt?.ToUnixTimeSeconds() ?? 0, model.OwnerId ?? "assay")))));
        group.MapPost("/chat/completions", CompleteAsync);
    }

    private static async Task<IResult> CompleteAsync(
        ChatCompletionRequest request, CurrentUser user, Answering answering, TimeProvider clock, CancellationToken cancel)
    {
        var stop = StopTexts(request.Stop);
        if (stop is null || request.N is > 1 || request.Messages.Any(message => TextOf(message.Content) is null))
        {
            return Problem(Refusal.Invalid("stop is a text or up to four; n is 1; a message's content is text, or parts of type text."));
        }

        var ask = new ChatRequest(request.Model, [.. request.Messages.Select(message => new ChatTurn(message.Role == "developer" ? "system" : message.Role, TextOf(message.Content)!))],
            request.Temperature ?? 0.7, request.TopP ?? 0.9, MaxTokens: request.MaxCompletionTokens ?? request.MaxTokens ?? 256, Seed: request.Seed);
        var steps = answering.AskAsync(ask, stop, user.Viewer, cancel).GetAsyncEnumerator(cancel);

        // The first step decides between a stream and an error: headers cannot be taken back.
        if (!await steps.MoveNextAsync() || steps.Current is AnswerStep.Refused)
        {
            var why = (steps.Current as AnswerStep.Refused)?.Why ?? new Refusal(StatusCodes.Status503ServiceUnavailable, "no_answer", "The model gave no answer.");
            await steps.DisposeAsync();
            return Problem(why);
        }

        var created = clock.GetUtcNow().ToUnixTimeSeconds();
        return request.Stream == true
            ? TypedResults.ServerSentEvents(StreamAsync(steps, request, created, cancel))
            : await WholeAsync(steps, request.Model, created);
    }

    private static async Task<IResult> WholeAsync(IAsyncEnumerator<AnswerStep> steps, string model, long created)
    {
        await using (steps)
        {
            do
            {
                switch (steps.Current)
                {
                    case AnswerStep.Refused refused:
                        return Problem(refused.Why);
                    case AnswerStep.Done { Answer: var answer }:
                        return Results.Json(new ChatCompletion($"chatcmpl-{answer.Id}", "chat.completion", created, model,
                            [new Choice(0, new Message("assistant", JsonSerializer.SerializeToElement(answer.Text)), FinishReason(answer.StopReason))],
                            UsageOf(answer), answer), AssayJson.Options);
                    default:
                        break;
                }
            }
            while (await steps.MoveNextAsync());
            return Problem(new Refusal(StatusCodes.Status503ServiceUnavailable, "no_answer", "The model gave no answer."));
        }
    }

    private static async IAsyncEnumerable<SseItem<string>> StreamAsync(
        IAsyncEnumerator<AnswerStep> steps, ChatCompletionRequest request, long created, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using (steps)
        {
            var id = "chatcmpl-" + AssayDb.NewId("");
            yield return Chunk(new ChunkChoice(0, new Delta("assistant", ""), null));
            do
            {
                cancel.ThrowIfCancellationRequested();
                switch (steps.Current)
                {
                    case AnswerStep.Piece piece:
                        yield return Chunk(new ChunkChoice(0, new Delta(null, piece.Text), null));
                        break;
                    case AnswerStep.Refused refused:
                        yield return new SseItem<string>(JsonSerializer.Serialize(ErrorOf(refused.Why), AssayJson.Options));
                        yield break;
                    case AnswerStep.Done { Answer: var answer }:
                        yield return Chunk(new ChunkChoice(0, new Delta(null, null), FinishReason(answer.StopReason)), answer);
                        if (request.StreamOptions?.IncludeUsage == true)
                        {
                            yield return new SseItem<string>(JsonSerializer.Serialize(
                                new ChatCompletionChunk(id, "chat.completion.chunk", created, request.Model, [], UsageOf(answer)), AssayJson.Options));
                        }

                        break;
                    default:
                        break;
                }
            }
            while (await steps.MoveNextAsync());
            yield return new SseItem<string>("[DONE]");

            SseItem<string> Chunk(ChunkChoice choice, AnswerView? answer = null) => new(JsonSerializer.Serialize(
                new ChatCompletionChunk(id, "chat.completion.chunk", created, request.Model, [choice], null, answer), AssayJson.Options));
        }
    }

    private static string FinishReason(string stopReason) => stopReason == "length" ? "length" : "stop";

    private static Usage UsageOf(AnswerView answer) => new(answer.PromptTokens, answer.CompletionTokens, answer.PromptTokens + answer.CompletionTokens);

    private static IResult Problem(Refusal why) => Results.Json(ErrorOf(why), AssayJson.Options, statusCode: why.Status);

    private static ErrorBody ErrorOf(Refusal why) =>
        new(new ErrorItem(why.Detail, why.Status >= 500 ? "server_error" : "invalid_request_error", why.Reason));

    /// <summary>OpenAI's stop: absent, one text or a list. Null when it is something else.</summary>
    private static List<string>? StopTexts(JsonElement? stop) => stop switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.String } text => [text.GetString()!],
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() <= 4 && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [.. list.EnumerateArray().Select(item => item.GetString()!)],
        _ => null,
    };

    /// <summary>The text of a message: a string, or parts of type text. Null when there is something else in it.</summary>
    private static string? TextOf(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString();
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var parts = content.EnumerateArray().Select(part =>
            part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null).ToList();
        return parts.Contains(null) ? null : string.Concat(parts);
    }
}
