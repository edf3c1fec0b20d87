using System.Diagnostics;
using System.Globalization;

namespace Assay.Server.Shared.Compute;

/// <summary>One running worker. Its standard input stays open as long as the server lives: when it closes, the worker ends.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int KeptLines = 40;

    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();

    private WorkerProcess(Process process, string kind, string name)
    {
        _process = process;
        Kind = kind;
        Name = name;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>validate, train or infer.</summary>
    public string Kind { get; }

    /// <summary>The owner name of its leases.</summary>
    public string Name { get; }

    public int Id => _process.Id;

    public static WorkerProcess Start(string program, string kind, Uri server, string secret, int memoryMiB)
    {
        var name = $"{kind}-{Guid.NewGuid():n}";
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["lease", "--server", server.ToString(), "--kind", kind, "--name", name,
            "--memory-mib", memoryMiB.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[WorkerSecret.EnvironmentVariable] = secret;
        return new WorkerProcess(Process.Start(start)!, kind, name);
    }

    public async Task<WorkerExit> WaitAsync(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        lock (_lastLines)
        {
            return new WorkerExit(_process.ExitCode, string.Join('\n', _lastLines));
        }
    }

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    public void Dispose() => _process.Dispose();

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line.Length > 1000 ? line[..1000] : line);
            if (_lastLines.Count > KeptLines)
            {
                _lastLines.Dequeue();
            }
        }
    }
}

/// <param name="Code">0: it ended on purpose (recycled, nothing to do); 137: killed, usually for memory.</param>
/// <param name="Output">Its last lines.</param>
internal sealed record WorkerExit(int Code, string Output)
{
    /// <summary>The worker could not reach the server, or a report was not taken: no fault of the job.</summary>
    public const int ServerGone = 3;

    public string Describe() => Code switch
    {
        0 => "the worker ended",
        137 or 9 => "the worker was killed, most likely because memory ran out",
        134 or 6 => "the worker crashed",
        139 or 11 => "the worker crashed in native code",
        _ => $"the worker ended with exit code {Code}",
    };
}
