namespace Assay.Data.Sandbox;

/// <summary>What a child process may use.</summary>
/// <param name="Program">Path of the program.</param>
/// <param name="Arguments">Passed as they are; no shell sees them.</param>
public sealed record LimitedProcessOptions(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Managed heap of the child in bytes. Default 512 MiB.</summary>
    public long HeapBytes { get; init; } = 512L << 20;

    /// <summary>Longest answer in bytes. Default 128 MiB: the records of a 10 MiB file, escaped.</summary>
    public int AnswerBytes { get; init; } = 128 << 20;

    /// <summary>Wall time for one question. Default 30 s; a child limits its processor time itself (<see cref="ProcessLimits.AllowProcessorTime"/>).</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wall time until the child says that it is ready. Default 30 s: a busy machine starts programs slowly.</summary>
    public TimeSpan StartTime { get; init; } = TimeSpan.FromSeconds(30);
}
