using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Chat;
using Assay.Client.Leases;
using Assay.Ledger.Entries;
using Assay.Server.Attribution;
using Assay.Server.Datanets.Reading;
using Assay.Server.ModelCatalog;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Server.Shared.Compute;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Chat;

/// <summary>Asks the inference worker, stores the answer with its ledger entry, and traces it back to contributions.</summary>
internal sealed class Answering(InferenceQueue queue, BaseModels bases, TrainingJobs files, TraceAnswers tracer, AnswerViews views, DbWriter writer,
    IDbContextFactory<AssayDb> reader, LedgerSequencer ledger, TimeProvider clock)
{
    private const int MaxMessages = 200;
    private const int MaxCharacters = 200_000;

    public async IAsyncEnumerable<AnswerStep> AskAsync(
        ChatRequest request, IReadOnlyList<string> stop, Viewer viewer, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (Refuse(request) is { } why)
        {
            yield return new AnswerStep.Refused(Refusal.Invalid(why));
            yield break;
        }

        var found = await FindAsync(request.Model, viewer, cancel);
        if (found is not { } named)
        {
            yield return new AnswerStep.Refused(Refusal.NotFound("model", request.Model));
            yield break;
        }

        var (model, runId, adapter) = named;
        var seed = request.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var payload = new InferPayload(AssayDb.NewId("i_"), model.Folder, adapter, request.Messages,
            request.Temperature, request.TopP, request.TopK, request.RepetitionPenalty, request.MaxTokens, seed, stop);
        var (chunks, full) = queue.Ask(payload, viewer.AccountId, cancel);
        if (full is not null)
        {
            yield return new AnswerStep.Refused(full);
            yield break;
        }

        var text = new StringBuilder();
        await foreach (var chunk in chunks!)
        {
            if (!await MayGoOnAsync(runId, viewer, cancel))
            {
                yield return new AnswerStep.Refused(Refusal.NotFound("model", request.Model));
                yield break;
            }

            if (chunk.Error is not null)
            {
                yield return new AnswerStep.Refused(new Refusal(StatusCodes.Status503ServiceUnavailable, "no_answer", chunk.Error));
                yield break;
            }

            if (chunk.Text is { Length: > 0 } piece)
            {
                text.Append(piece);
                yield return new AnswerStep.Piece(piece);
            }

            if (chunk.End is { } end)
            {
                await StoreAsync(request, (payload, end, text.ToString()), (model, runId), viewer.AccountId, cancel);
                yield return await views.OneAsync(payload.Id, viewer, cancel) is { } answer
                    ? new AnswerStep.Done(answer)
                    : new AnswerStep.Refused(Refusal.NotFound("model", request.Model));
            }
        }
    }

    private static string? Refuse(ChatRequest request) => request switch
    {
        { Messages.Count: < 1 or > MaxMessages } => $"A chat has 1 to {MaxMessages} messages, not {request.Messages.Count}.",
        _ when request.Messages.Any(turn => turn.Role is not ("system" or "user" or "assistant")) => "The role of a message is system, user or assistant.",
        _ when request.Messages.Sum(turn => (long)turn.Content.Length) > MaxCharacters => $"The messages have more than {MaxCharacters} characters.",
        { Temperature: not (>= 0 and <= 2) } => $"temperature is {request.Temperature}; it may be 0 to 2.",
        { TopP: not (> 0 and <= 1) } => $"top_p is {request.TopP}; it may be above 0, up to 1.",
        { TopK: < 0 } => $"top_k is {request.TopK}; it may be 0 (off) or more.",
        { RepetitionPenalty: not (>= 1 and <= 2) } => $"repetition_penalty is {request.RepetitionPenalty}; it may be 1 to 2.",
        { MaxTokens: < 1 or > 8192 } => $"max_tokens is {request.MaxTokens}; it may be 1 to 8,192.",
        { Seed: < 0 or > int.MaxValue } => $"seed is {request.Seed}; it may be 0 to {int.MaxValue}.",
        _ => null,
    };

    /// <summary>The base, the run and the adapter's folder that a name stands for: a base, a tuned model, or the adapter of one of a run's evaluations. Null when there is none for this viewer.</summary>
    private async Task<(BaseModel Base, string? RunId, string? Adapter)?> FindAsync(string name, Viewer viewer, CancellationToken cancel)
    {
        if (bases.Find(name) is { } plain)
        {
            return (plain, null, null);
        }

        await using var db = await reader.CreateDbContextAsync(cancel);
        if (CheckpointName.Parse(name) is var (runId, step))
        {
            var used = await Readable.Runs(db, viewer).Where(row => row.Id == runId).Select(row => row.Base).FirstOrDefaultAsync(cancel);
            return used is not null && bases.Find(used) is { } under && files.CheckpointFolder(runId, step) is { } folder ? (under, runId, folder) : null;
        }

        var version = await Readable.Models(db, viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Name == name, cancel);
        return version is not null && bases.Find(version.Base) is { } tuned ? (tuned, version.RunId, files.AdapterFolder(version.RunId)) : null;
    }

    /// <summary>Who loses a private datanet while a model answers from it loses the rest of the answer.</summary>
    private async Task<bool> MayGoOnAsync(string? runId, Viewer viewer, CancellationToken cancel)
    {
        if (runId is null)
        {
            return true;
        }

        await using var db = await reader.CreateDbContextAsync(cancel);
        return await Readable.Runs(db, viewer).AnyAsync(run => run.Id == runId, cancel);
    }

    private async Task StoreAsync(
        ChatRequest request, (InferPayload Asked, InferEnd End, string Text) answer, (BaseModel Base, string? RunId) model, string accountId, CancellationToken cancel)
    {
        var row = new AnswerRow
        {
            Id = answer.Asked.Id,
            AccountId = accountId,
            Model = request.Model,
            RunId = model.RunId,
            Messages = JsonSerializer.Serialize(request.Messages, AssayJson.Options),
            Text = answer.Text,
            StopReason = answer.End.StopReason,
            PromptTokens = answer.End.PromptTokens,
            CompletionTokens = answer.End.TokenIds.Count,
            Seed = answer.Asked.Seed,
            BaseMillibits = answer.End.BaseMillibits,
            TunedMillibits = answer.End.TunedMillibits,
            Salt = Commitment.NewSalt(),
            CreatedAt = clock.GetUtcNow(),
        };
        var spans = model.RunId is null ? [] : await tracer.FindAsync(model.Base, model.RunId, (row.Id, [.. answer.End.TokenIds], row.Text.Length), cancel);
        await writer.WriteAsync(async (db, stop) =>
        {
            var entry = db.Append(LedgerFacts.Answer(row, row.Messages));
            await db.SaveChangesAsync(stop); // the entry's row id
            row.EntryId = entry.Id;
            db.Answers.Add(row);
            db.Spans.AddRange(spans);
        }, cancel);
        ledger.Wake();
        await ledger.IndexOfAsync(row.EntryId, cancel);
    }
}
