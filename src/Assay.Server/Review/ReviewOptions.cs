using System.ComponentModel.DataAnnotations;

namespace Assay.Server.Review;

internal sealed class ReviewOptions
{
    /// <summary>Agreeing votes that decide a file. Default 2; 1 to 5. A one-person installation sets 1, and the ledger then says that a verdict rests on one vote.</summary>
    [Range(1, 5)]
    public int VotesNeeded { get; set; } = 2;

    /// <summary>Hours that a reviewer holds a file before it may go to somebody else. Default 24; 1 to 720.</summary>
    [Range(1, 720)]
    public int AssignmentHours { get; set; } = 24;

    /// <summary>Share of the assignments that have a known answer. Default 0.05; 0 to 0.5.</summary>
    [Range(0, 0.5)]
    public double GoldShare { get; set; } = 0.05;

    /// <summary>Share of the accepted files that people look at again. Default 0.02; 0 to 1.</summary>
    [Range(0, 1)]
    public double AuditShare { get; set; } = 0.02;

    /// <summary>The same for contributors whose live bound is below 0.5. Default 0.1; 0 to 1.</summary>
    [Range(0, 1)]
    public double AuditShareUnproven { get; set; } = 0.1;

    /// <summary>Days without a vote after which the operator is asked to decide. Default 14; 1 to 365.</summary>
    [Range(1, 365)]
    public int UnvotedDays { get; set; } = 14;

    /// <summary>Days within which a rejection may be appealed. Default 14; 1 to 365.</summary>
    [Range(1, 365)]
    public int AppealDays { get; set; } = 14;

    /// <summary>Appeals that one account may have open. Default 5; 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int OpenAppeals { get; set; } = 5;
}
