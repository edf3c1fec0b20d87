using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Assay.Server.Tests;

/// <summary>Keeps what the server logs as an error, so that a test can say that nothing unexpected happened.</summary>
public sealed class FailureLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _seen = new(), _lines = new();

    /// <summary>The errors so far, oldest first, each with its exception.</summary>
    public IReadOnlyList<string> Seen => [.. _seen];

    /// <summary>Whether every line is kept, not errors alone.</summary>
    public bool KeepsAll { get; set; }

    /// <summary>Every line since <see cref="KeepsAll"/> was set, as the server's own levels let it through.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Logger(FailureLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => log.KeepsAll || logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = $"{category}: {formatter(state, exception)} {exception}";
            if (logLevel >= LogLevel.Error)
            {
                log._seen.Enqueue(line);
            }

            if (log.KeepsAll)
            {
                log._lines.Enqueue(line);
            }
        }
    }
}
