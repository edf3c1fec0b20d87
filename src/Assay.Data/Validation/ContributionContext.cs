namespace Assay.Data.Validation;

/// <summary>What a contributor says about a file.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Licence">SPDX identifier of its licence.</param>
/// <param name="IntendedUse">What it should be used for.</param>
/// <param name="Usefulness">Why it is useful to the datanet.</param>
public sealed record ContributionContext(string Source, string Licence, string IntendedUse, string Usefulness);
