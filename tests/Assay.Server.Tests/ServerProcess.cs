using System.Diagnostics;

namespace Assay.Server.Tests;

/// <summary>The server as the program that people start, so that it can be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Announcement = "Assay serves ";

    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    /// <summary>The address it announces when it serves.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

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

    /// <summary>Waits until it serves. False: it ended before.</summary>
    public async Task<bool> ServesAsync()
    {
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
            {
                Address = new Uri(line[Announcement.Length..].Split(' ')[0]);
                _process.OutputDataReceived += (_, _) => { };
                _process.BeginOutputReadLine();
                return true;
            }
        }

        return false;
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
}
