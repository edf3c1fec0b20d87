using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Assay.Server.Tests;

/// <summary>Keeps what the server logs as an error, so that a test can say that nothing unexpected happened.</summary>
public sealed class FailureLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _seen = new();

    /// <summary>The errors so far, oldest first, each with its exception.</summary>
    public IReadOnlyList<string> Seen => [.. _seen];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(_seen, categoryName);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<string> seen, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                seen.Enqueue($"{category}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
