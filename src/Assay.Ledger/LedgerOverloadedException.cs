namespace Assay.Ledger;

/// <summary>More entries are pending than the log can take now. Nothing was stored; the same request succeeds later (HTTP 503 with <c>Retry-After</c>).</summary>
public sealed class LedgerOverloadedException : Exception
{
    /// <param name="pending">Entries waiting for their index.</param>
    /// <param name="retryAfter">When to try again.</param>
    public LedgerOverloadedException(int pending, TimeSpan retryAfter)
        : base($"{pending} ledger entries are waiting already. Try again in {retryAfter.TotalSeconds:0} s.")
        => RetryAfter = retryAfter;

    /// <summary>When to try again.</summary>
    public TimeSpan RetryAfter { get; }
}
