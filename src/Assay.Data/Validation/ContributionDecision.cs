namespace Assay.Data.Validation;

/// <summary>What becomes of a file.</summary>
public enum ContributionDecision
{
    /// <summary>It joins the datanet.</summary>
    Accepted,

    /// <summary>A person decides.</summary>
    Review,

    /// <summary>It does not join; the findings say why.</summary>
    Rejected,

    /// <summary>The gate did not take it; nothing was judged and no quota used. Never a stored state.</summary>
    Refused,
}
