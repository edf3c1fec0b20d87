namespace Assay.Data.Validation.Texts;

/// <summary>What a find of an operator's pattern does. Records show the mark in its place either way.</summary>
public enum PiiEffect
{
    /// <summary>Counts like an e-mail address: one hit more in the rate.</summary>
    Count,

    /// <summary>One find rejects the file, as a secret does.</summary>
    Reject,
}
