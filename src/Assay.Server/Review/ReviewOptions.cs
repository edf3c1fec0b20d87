using System.ComponentModel.DataAnnotations;

namespace Assay.Server.Review;

internal sealed class ReviewOptions
{
    /// <summary>Agreeing votes that decide a file. Default 2; 1 to 5. A one-person installation sets 1, and the verdicts then rest on one vote.</summary>
    [Range(1, 5)]
    public int VotesNeeded { get; set; } = 2;
}
