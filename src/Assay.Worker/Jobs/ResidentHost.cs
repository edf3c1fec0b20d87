namespace Assay.Worker.Jobs;

/// <summary>Keeps one base loaded. A question for another base waits until those before it are answered.</summary>
internal sealed class ResidentHost : IDisposable
{
    // Held while a base is chosen, so questions get their base in the order they ask.
    private readonly SemaphoreSlim turn = new(1);
    private readonly Lock gate = new();
    private ResidentModel? resident;

    // Guarded by gate.
    private int users;
    private TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The base of a folder; no other is loaded before the use is disposed.</summary>
    /// <remarks>What loading throws leaves no base loaded.</remarks>
    public async Task<ResidentUse> UseAsync(string folder, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            if (resident?.Model.Folder != folder)
            {
                await IdleAsync().WaitAsync(cancel);
                resident?.Dispose();
                resident = null;
                resident = await Task.Run(() => new ResidentModel(folder), cancel);
            }

            lock (gate)
            {
                users++;
            }

            return new ResidentUse(this, resident);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        resident?.Dispose();
        turn.Dispose();
    }

    internal void Return()
    {
        lock (gate)
        {
            users--;
            if (users == 0)
            {
                idle.TrySetResult();
            }
        }
    }

    private Task IdleAsync()
    {
        lock (gate)
        {
            if (users == 0)
            {
                return Task.CompletedTask;
            }

            idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return idle.Task;
        }
    }
}

/// <summary>A base that stays loaded until this is disposed.</summary>
internal sealed class ResidentUse(ResidentHost host, ResidentModel model) : IDisposable
{
    /// <summary>The base.</summary>
    public ResidentModel Model { get; } = model;

    public void Dispose() => host.Return();
}
