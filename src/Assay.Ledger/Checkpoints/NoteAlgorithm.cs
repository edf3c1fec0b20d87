namespace Assay.Ledger.Checkpoints;

/// <summary>What a note key signs, and therefore what its signature field holds.</summary>
/// <remarks>C2SP signed-note. Both are Ed25519.</remarks>
public enum NoteAlgorithm : byte
{
    /// <summary>The log's own key: 64 bytes of signature over the text.</summary>
    Log = 1,

    /// <summary>A witness's key: 8 bytes of time, 64 bytes of signature over the time and the text (tlog-cosignature).</summary>
    Cosignature = 4,
}
