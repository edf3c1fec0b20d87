using System.Collections.Concurrent;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Data.Validation;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.DryRuns;

/// <summary>Asks the validation worker about a file that is no contribution. The question lives in this process; nothing of it stays.</summary>
internal sealed class AdHocInspections(IDbContextFactory<AssayDb> reader, DbWriter writer, JobQueue jobs, TimeProvider clock)
{
    /// <summary>Subjects of these jobs begin with it.</summary>
    private const string Prefix = "p_";

    /// <summary>Behind every contribution: people's own files come first.</summary>
    private const int Priority = -1;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Question> _open = new();

    public static bool Owns(string subject) => subject.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Has a file read under the worker's limits.</summary>
    /// <param name="path">The file; the caller keeps it until this returns.</param>
    /// <param name="request">What it is judged against; its file name decides the type.</param>
    /// <param name="patience">How long to wait for the worker.</param>
    /// <returns>What is in the file; null when the worker did not come to it in time.</returns>
    public async Task<Inspection?> InspectAsync(string path, InspectionRequest request, TimeSpan patience, CancellationToken cancel)
    {
        var subject = AssayDb.NewId(Prefix);
        var question = _open[subject] = new Question(path, request);
        try
        {
            await writer.WriteAsync(async (db, stop) => JobQueue.Submit(db, "validate", subject, clock.GetUtcNow(), Priority), cancel);
            jobs.Wake();
            var until = clock.GetUtcNow() + patience;
            while (!question.Answer.Task.IsCompleted && clock.GetUtcNow() < until)
            {
                await Task.WhenAny(question.Answer.Task, Task.Delay(Look, cancel));
                cancel.ThrowIfCancellationRequested();
                if (await FailureAsync(subject, cancel) is { } reason)
                {
                    return ValidationPipeline.Unsafe(await File.ReadAllBytesAsync(path, cancel), request.FileName, reason);
                }
            }

            return question.Answer.Task.IsCompleted ? await question.Answer.Task : null;
        }
        finally
        {
            _open.TryRemove(subject, out _);
            await DropAsync(subject);
        }
    }

    /// <summary>What the worker gets to know; null when nobody asks any more, the job is then gone.</summary>
    public async Task<JsonElement?> PayloadAsync(JobRow job)
    {
        if (!_open.TryGetValue(job.Subject, out var question))
        {
            await DropAsync(job.Subject); // the asker left, or the server was restarted
            return null;
        }

        var payload = new ValidatePayload(job.Subject, question.Request.FileName, new FileInfo(question.Path).Length, JsonSerializer.SerializeToElement(question.Request, InspectionJson.Options));
        return JsonSerializer.SerializeToElement(payload, AssayJson.Options);
    }

    /// <summary>The file of a question; null when nobody asks any more.</summary>
    public Stream? OpenRead(string subject)
    {
        try
        {
            return _open.TryGetValue(subject, out var question) ? File.OpenRead(question.Path) : null;
        }
        catch (FileNotFoundException)
        {
            return null; // removed between the two
        }
    }

    /// <summary>The worker's answer. False: nobody waits for it.</summary>
    public async Task<bool> AnsweredAsync(string subject, Stream body, CancellationToken cancel)
    {
        var inspection = (await JsonSerializer.DeserializeAsync<Inspection>(body, InspectionJson.Options, cancel))!;
        return _open.TryGetValue(subject, out var question) && question.Answer.TrySetResult(inspection);
    }

    private async Task<string?> FailureAsync(string subject, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var job = await db.Jobs.AsNoTracking().FirstOrDefaultAsync(row => row.Subject == subject, cancel);
        return job is { State: JobState.Failed } ? job.Failure ?? "the reading process died." : null;
    }

    private Task<int> DropAsync(string subject) => writer.WriteAsync((db, stop) => db.Jobs.Where(row => row.Subject == subject).ExecuteDeleteAsync(stop), CancellationToken.None);

    private sealed record Question(string Path, InspectionRequest Request)
    {
        public TaskCompletionSource<Inspection> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
