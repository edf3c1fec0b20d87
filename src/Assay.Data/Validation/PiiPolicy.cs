namespace Assay.Data.Validation;

/// <summary>What a datanet does about personal data in its files.</summary>
public enum PiiPolicy
{
    /// <summary>Records show typed marks such as <c>[EMAIL]</c> in its place; the source stays untouched.</summary>
    Mask,

    /// <summary>Files with much of it are rejected.</summary>
    Refuse,

    /// <summary>It is kept; the owner states the legal basis.</summary>
    Allow,
}
