using System.Security.Cryptography;
using System.Text;
using Assay.Client.Contributions;
using Assay.Server.Shared;
using Assay.Server.Shared.Quotas;

namespace Assay.Server.Contributions;

/// <summary>A file that somebody asks to send.</summary>
/// <param name="Op">Idempotency key.</param>
/// <param name="Declared">Bytes that the client says it will send.</param>
internal sealed record IntakeRequest(string DatanetId, string Op, long Declared, ContributionFacts Facts)
{
    /// <summary>The contribution whose text was taken out on its owner's request; null for everything that people send.</summary>
    public string? ExtractedFrom { get; init; }

    /// <summary>SHA-256 over everything declared: a repeat of the same request has the same.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', DatanetId, Declared, Facts.FileName, Facts.Licence, Facts.Source, Facts.IntendedUse, Facts.Note, Facts.Language, Facts.FromAnswer, Facts.Columns, Facts.Import))));
}

/// <summary>A request whose bytes are reserved.</summary>
/// <param name="AnswerIndex">Ledger index of the answer that the file corrects.</param>
internal sealed record IntakeClaim(IntakeRequest Request, ReservationRow Reservation, long? AnswerIndex);

/// <summary>What became of a request: a claim to go on with, a contribution, or a refusal.</summary>
internal sealed record IntakeOutcome(string? ContributionId, Refusal? Refused, IntakeClaim? Claim = null)
{
    public static IntakeOutcome Done(string contributionId) => new(contributionId, null);

    public static IntakeOutcome Refuse(Refusal refusal) => new(null, refusal);

    public static IntakeOutcome Reserved(IntakeClaim claim) => new(null, null, claim);
}
