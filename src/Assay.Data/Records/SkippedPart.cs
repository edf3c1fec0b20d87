namespace Assay.Data.Records;

/// <summary>A part of a source that became no record, and why.</summary>
/// <param name="Row">Which block, section or chunk it is, from 1.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="Malformed">True when it tried to be a record and failed, which lowers the structure score; false for short leftovers.</param>
/// <param name="Start">First byte, counted like <see cref="RecordTurn.Start"/>.</param>
/// <param name="End">Byte after the last one.</param>
public sealed record SkippedPart(int Row, string Reason, bool Malformed, int Start, int End)
{
    /// <summary>True when it is malformed because a required field (question or answer) is empty, which lowers integrity as well.</summary>
    public bool HasEmptyField { get; init; }
}
