namespace Assay.Client.Contributions;

/// <summary>What became of an upload in pieces: the contribution, or the refusal.</summary>
/// <param name="View">The contribution as the server shows it.</param>
/// <param name="Refused">Why it was not taken.</param>
/// <param name="BytesSent">Bytes that crossed the network in this call; 0 when the file had been sent before.</param>
public sealed record UploadOutcome(ContributionView? View, AssayProblem? Refused, long BytesSent);
