namespace Assay.Ledger;

/// <summary>Names of the files at the root of a log, beside <c>tile/</c>.</summary>
public static class LogFiles
{
    /// <summary>The newest signed checkpoint; the only file that is ever replaced.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>The log's public key in one line.</summary>
    public const string Vkey = "vkey";
}
