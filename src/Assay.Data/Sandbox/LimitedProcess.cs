using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Assay.Data.Sandbox;

/// <summary>A child process that answers questions, a line each, within limits of memory, time and output. When it dies, stalls or talks too much it is ended, and the next question starts another.</summary>
/// <remarks>Not thread-safe: one question at a time. The child's first line must be <see cref="Ready"/>; it should call <see cref="ProcessLimits.Apply"/> before it writes that.</remarks>
public sealed class LimitedProcess(LimitedProcessOptions options) : IAsyncDisposable
{
    /// <summary>The line with which a child says that its limits are set and it takes questions.</summary>
    public const string Ready = "ready";

    private const int ErrorHeadLength = 400;
    private const int ProcessorTimeSignal = 128 + 24; // SIGXCPU, from ProcessLimits.AllowProcessorTime

    /// <summary>The few variables of the parent that a .NET program needs; nothing else of the environment reaches the child.</summary>
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "LD_LIBRARY_PATH", "USERPROFILE"];

    private readonly StringBuilder _errors = new();
    private Process? _process;
    private Task _errorReader = Task.CompletedTask;

    /// <summary>How often a child was started.</summary>
    public int Starts { get; private set; }

    /// <summary>Sends one line and waits for the line that answers it.</summary>
    /// <param name="question">Must not contain a line end.</param>
    /// <param name="cancel">Ends the child.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was triggered.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    public async Task<LimitedAnswer> AskAsync(string question, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question.AsSpan().ContainsAny('\n', '\r'))
        {
            throw new ArgumentException("A question is one line.", nameof(question));
        }

        if (_process is null or { HasExited: true })
        {
            await EndAsync();
            var ready = await StartAsync(cancel);
            if (ready.Line != Ready)
            {
                return ready with { Line = null, Failure = $"The reading process did not start: {ready.Failure ?? "its first line was not the expected one."}" };
            }
        }

        return await ExchangeAsync(question, options.AnswerTime, cancel);
    }

    /// <summary>Ends the child.</summary>
    public async ValueTask DisposeAsync() => await EndAsync();

    private async Task<LimitedAnswer> StartAsync(CancellationToken cancel)
    {
        var start = new ProcessStartInfo(options.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        foreach (var argument in options.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        SetEnvironment(start.Environment);
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{options.Program} did not start.");
        Starts++;
        _errors.Clear();
        _errorReader = KeepErrorHeadAsync(_process.StandardError);
        return await ExchangeAsync(null, options.StartTime, cancel);
    }

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        var kept = Inherited.Where(environment.ContainsKey).ToDictionary(name => name, name => environment[name]);
        environment.Clear();
        foreach (var (name, value) in kept)
        {
            environment[name] = value;
        }

        environment["DOTNET_GCHeapHardLimit"] = options.HeapBytes.ToString("X", CultureInfo.InvariantCulture);
        environment["DOTNET_gcServer"] = "0";
        environment["DOTNET_gcConcurrent"] = "0";
        environment["DOTNET_EnableDiagnostics"] = "0";
        environment["DOTNET_TieredPGO"] = "0";
        environment["DOTNET_EnableWriteXorExecute"] = "0"; // its backing file would count against the file limit
    }

    private async Task<LimitedAnswer> ExchangeAsync(string? question, TimeSpan time, CancellationToken cancel)
    {
        var process = _process!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(time);
        try
        {
            if (question is not null)
            {
                await process.StandardInput.WriteLineAsync(question.AsMemory(), limit.Token);
                await process.StandardInput.FlushAsync(limit.Token);
            }

            var line = await ReadLineAsync(process.StandardOutput.BaseStream, limit.Token);
            if (line is not null)
            {
                return new LimitedAnswer(line, null);
            }

            await process.WaitForExitAsync(limit.Token);
            await _errorReader;
            return await FailAsync(process.ExitCode == ProcessorTimeSignal
                ? "it needs more processor time than a file may take."
                : $"the reading process died with exit code {process.ExitCode}{ErrorCause()}.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return await FailAsync(string.Create(CultureInfo.InvariantCulture, $"it was not read within {time.TotalSeconds:0.#} seconds."));
        }
        catch (OperationCanceledException)
        {
            await EndAsync();
            throw;
        }
        catch (IOException)
        {
            return await FailAsync("the reading process died.");
        }
    }

    /// <summary>Null at the end of the stream.</summary>
    private async Task<string?> ReadLineAsync(Stream output, CancellationToken cancel)
    {
        using var line = new MemoryStream();
        var buffer = new byte[65_536];
        while (true)
        {
            var read = await output.ReadAsync(buffer, cancel);
            if (read == 0)
            {
                return null;
            }

            // The child answers one question at a time, so nothing may follow the line end.
            line.Write(buffer, 0, read);
            if (buffer[read - 1] == '\n')
            {
                return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r', '\n');
            }

            if (line.Length > options.AnswerBytes)
            {
                throw new IOException($"The answer is longer than {options.AnswerBytes} bytes.");
            }
        }
    }

    private async Task KeepErrorHeadAsync(StreamReader errors)
    {
        var buffer = new char[1024];
        int read;
        while ((read = await errors.ReadAsync(buffer)) > 0)
        {
            _errors.Append(buffer, 0, Math.Min(read, ErrorHeadLength - _errors.Length)); // the cause comes first, a trace of any length behind it
        }
    }

    private string ErrorCause()
    {
        var text = _errors.ToString();
        return text.Contains("Out of memory", StringComparison.OrdinalIgnoreCase) || text.Contains("OutOfMemory", StringComparison.Ordinal) ? ": out of memory"
            : text.Contains("Stack overflow", StringComparison.OrdinalIgnoreCase) ? ": it nests too deeply"
            : "";
    }

    private async Task<LimitedAnswer> FailAsync(string failure)
    {
        await EndAsync();
        return new LimitedAnswer(null, failure);
    }

    private async Task EndAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        await _errorReader;
        process.Dispose();
    }
}
