using Assay.Data.Duplicates;
using Assay.Data.Records;

namespace Assay.Data.Validation;

/// <summary>Everything that the bytes of one file say; made where hostile bytes may be read, decided upon elsewhere. Round-trips through <see cref="InspectionJson"/>.</summary>
/// <param name="FileType">Name of the file's type, or null when no type has its extension.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of the bytes, lower-case hex.</param>
/// <param name="Findings">One per rule; novelty is not evaluated yet.</param>
/// <param name="Reading">Records and skipped parts.</param>
/// <param name="NormalisedSha256">Of the normalised text, lower-case hex: equal for files that differ in case, punctuation and white space only. For pictures and sound of the decoded pixels or samples. Empty when nothing could be read.</param>
/// <param name="Signatures">One per record, in the same order; none for pictures and sound.</param>
/// <param name="Extraction">For types whose text had to be extracted; null for .md and .txt.</param>
/// <param name="UnitLeaves">Leaf data of the ledger's unitsRoot, lower-case hex; empty without a salt.</param>
public sealed record Inspection(
    string? FileType,
    long Size,
    string Sha256,
    IReadOnlyList<ValidationFinding> Findings,
    RecordReading Reading,
    string NormalisedSha256,
    IReadOnlyList<ContentSignature> Signatures,
    StoredExtraction? Extraction,
    IReadOnlyList<string> UnitLeaves)
{
    /// <summary>What a picture is compared and shown by; null for other kinds and for pictures that could not be read.</summary>
    public InspectedPicture? Picture { get; init; }

    /// <summary>What a clip is compared by; null for other kinds and for clips that could not be read.</summary>
    public InspectedSound? Sound { get; init; }

    /// <summary><see cref="Texts.PiiPatternSet.Hash"/> of the operator's patterns that the file was searched with; null when there were none.</summary>
    public string? PatternSet { get; init; }
}
