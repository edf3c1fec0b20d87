using System.Diagnostics;

namespace Assay.Server.Tests;

/// <summary>The server as the program that people start, so that it can be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Announcement = "Assay serves ";

    private readonly Process _process;
    private readonly TaskCompletionSource<Uri?> _serves = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The address it announces when it serves; null when it ended before.</summary>
    public Task<Uri?> Address => _serves.Task;

    /// <summary>Path of the program built beside these tests.</summary>
    public static string Program => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Assay.Server", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Assay.Server"));

    /// <summary>Starts the program on a data folder; it is not serving yet.</summary>
    /// <param name="settings">In the form <c>Section__Name=value</c>.</param>
    public static ServerProcess Start(string folder, params string[] settings)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["serve", "--data", folder, "--port", "0"])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var setting in settings)
        {
            var at = setting.IndexOf('=', StringComparison.Ordinal);
            start.Environment[setting[..at]] = setting[(at + 1)..];
        }

        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>Processor time that it used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>kill −9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            _serves.TrySetResult(null);
        }
        else if (line.StartsWith(Announcement, StringComparison.Ordinal))
        {
            _serves.TrySetResult(new Uri(line[Announcement.Length..].Split(' ')[0]));
        }
    }
}
