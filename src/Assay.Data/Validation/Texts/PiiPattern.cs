namespace Assay.Data.Validation.Texts;

/// <summary>A pattern of the operator's own that counts as personal data, such as the form of an installation's patient numbers.</summary>
/// <param name="Name">What findings call it, and the mark that masks it (<c>[NAME]</c>): 2 to 32 capital letters, digits and underscores, a letter first; none of the built-in kinds.</param>
/// <param name="Pattern">.NET regular expression of 1 to 500 characters without look-around, back-references and atomic groups, which the non-backtracking engine does not have.</param>
public sealed record PiiPattern(string Name, string Pattern)
{
    /// <summary>Whether capital and small letters are the same. Default false.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>What a find does where the datanet masks personal data. Default <see cref="PiiEffect.Count"/>.</summary>
    public PiiEffect UnderMask { get; init; }

    /// <summary>What a find does where the datanet refuses personal data. Default <see cref="PiiEffect.Count"/>.</summary>
    public PiiEffect UnderRefuse { get; init; }

    /// <summary>What a find does where the datanet allows personal data. Default <see cref="PiiEffect.Count"/>.</summary>
    public PiiEffect UnderAllow { get; init; }

    /// <summary>What a find does under a policy.</summary>
    public PiiEffect Effect(PiiPolicy policy) => policy switch
    {
        PiiPolicy.Mask => UnderMask,
        PiiPolicy.Refuse => UnderRefuse,
        _ => UnderAllow,
    };
}
