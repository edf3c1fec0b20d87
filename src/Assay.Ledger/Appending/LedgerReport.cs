using Assay.Ledger.Checkpoints;

namespace Assay.Ledger.Appending;

/// <summary>Result of a whole-log check.</summary>
/// <param name="Note">The checkpoint as it was read, with its signatures.</param>
/// <param name="Checkpoint">What it says; null when it could not be understood.</param>
/// <param name="EntriesChecked">Entries found good before the first problem.</param>
/// <param name="Problem">Null when the log is good.</param>
public sealed record LedgerReport(SignedNote? Note, Checkpoint? Checkpoint, long EntriesChecked, LedgerProblem? Problem)
{
    /// <summary>Whether everything was checked and nothing was wrong.</summary>
    public bool IsGood => Problem is null;
}
