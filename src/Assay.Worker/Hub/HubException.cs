namespace Assay.Worker.Hub;

/// <summary>A pull that ended without a model; the message says what happened and what to do.</summary>
internal sealed class HubException(HubFailure failure, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Why, for programs.</summary>
    public HubFailure Failure { get; } = failure;

    /// <summary>Whether trying again may help: the network's fault or an overloaded host's.</summary>
    public bool Transient { get; init; }

    /// <summary>How long an overloaded host asks to be left alone, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
