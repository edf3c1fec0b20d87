namespace Assay.Data.Validation;

/// <summary>The gate's no. It consumes no quota and is never stored.</summary>
/// <param name="Reason">Which check failed.</param>
/// <param name="Message">What is wrong, with the limit and the value.</param>
/// <param name="Fix">What to do about it.</param>
public sealed record GateRefusal(GateReason Reason, string Message, string Fix)
{
    /// <summary>The refusal as the single finding of a report.</summary>
    public ValidationFinding ToFinding() => new("gate", FileGate.Version, 0, 0, OnZero.Reject, [new Evidence(Message)], Fix);
}
