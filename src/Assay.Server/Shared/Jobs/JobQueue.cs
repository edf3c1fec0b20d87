using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Shared.Jobs;

/// <summary>The lease table: a job belongs to one worker for 30 seconds at a time, and to none after three attempts.</summary>
internal sealed class JobQueue(DbWriter writer, TimeProvider clock)
{
    /// <summary>How long a lease lasts without a heartbeat.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    public const int MaxAttempts = 3;

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next <see cref="Wake"/>.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Adds a job to the caller's transaction; call <see cref="Wake"/> after the commit.</summary>
    public static JobRow Submit(AssayDb db, string kind, string subject, DateTimeOffset now, int priority = 0, string? wish = null)
    {
        var job = new JobRow { Kind = kind, Subject = subject, CreatedAt = now, Priority = priority, Wish = wish };
        db.Jobs.Add(job);
        return job;
    }

    /// <summary>Lets waiting workers look again at once.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Gives the next job of a kind to a worker; null when there is none.</summary>
    public Task<JobRow?> LeaseAsync(string kind, string owner, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return writer.WriteAsync(async (db, stop) =>
        {
            var job = await db.Jobs
                .Where(row => row.Kind == kind && !row.Cancel && row.Attempts < MaxAttempts
                    && (row.State == JobState.Queued || (row.State == JobState.Running && row.LeasedUntil < now)))
                .OrderByDescending(row => row.Priority).ThenBy(row => row.Id)
                .FirstOrDefaultAsync(stop);
            if (job is not null)
            {
                job.State = JobState.Running;
                job.Owner = owner;
                job.LeasedUntil = now + Lease;
                job.Token++;
                job.Attempts++;
            }

            return job;
        }, cancel);
    }

    /// <summary>Prolongs a lease. Null: the token is stale, the worker must stop. Otherwise whether the job is to be cancelled, and what else is wished of it.</summary>
    public Task<(bool Cancel, string? Wish)?> HeartbeatAsync(long id, long token, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + Lease;
        return writer.WriteAsync(async (db, stop) =>
        {
            var job = await HeldAsync(db, id, token, stop);
            if (job is null)
            {
                return ((bool, string?)?)null;
            }

            job.LeasedUntil = until;
            return (job.Cancel, job.Wish);
        }, cancel);
    }

    /// <summary>The job, if it is still held under this token. Every write of a worker begins here.</summary>
    public static Task<JobRow?> HeldAsync(AssayDb db, long id, long token, CancellationToken stop) =>
        db.Jobs.FirstOrDefaultAsync(row => row.Id == id && row.Token == token && row.State == JobState.Running, stop);

    /// <summary>A worker ended without finishing: the job goes back to the queue at once, or ends: cancelled, or failed after its last attempt.</summary>
    /// <param name="owner">The worker.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="counts">Whether the attempt counts against the job: not when the fault lay with the server.</param>
    /// <param name="cancel">Before the write.</param>
    public async Task ReleaseAsync(string owner, string reason, bool counts, CancellationToken cancel)
    {
        await writer.WriteAsync(async (db, stop) =>
        {
            foreach (var job in await db.Jobs.Where(row => row.Owner == owner && row.State == JobState.Running).ToListAsync(stop))
            {
                job.Failure = reason;
                job.LeasedUntil = DateTimeOffset.UnixEpoch;
                job.Attempts -= counts ? 0 : 1;
                job.State = After(job);
            }
        }, cancel);
        Wake();
    }

    /// <summary>What a job that lost its worker becomes.</summary>
    private static JobState After(JobRow job) =>
        job.Cancel ? JobState.Cancelled : job.Attempts >= MaxAttempts ? JobState.Failed : JobState.Queued;

    /// <summary>Gives back every job that a worker of an earlier server process held; the lost attempt does not count.</summary>
    public async Task ReleaseAllAsync(string reason, CancellationToken cancel)
    {
        await writer.WriteAsync(async (db, stop) =>
        {
            foreach (var job in await db.Jobs.Where(row => row.State == JobState.Running).ToListAsync(stop))
            {
                job.Failure = reason;
                job.LeasedUntil = DateTimeOffset.UnixEpoch;
                job.Attempts--;
                job.State = After(job);
            }
        }, cancel);
        Wake();
    }
}
