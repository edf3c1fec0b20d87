namespace Assay.Data.Validation;

/// <summary>What a finding with score 0 does beyond lowering the sum.</summary>
public enum OnZero
{
    /// <summary>Nothing more.</summary>
    None,

    /// <summary>The file cannot be accepted without a person: the score is capped just below acceptance.</summary>
    Review,

    /// <summary>The file is rejected: the score is capped just below the review band.</summary>
    Reject,
}
