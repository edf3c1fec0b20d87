namespace Assay.Data.Validation.Texts;

/// <summary>One piece of personal data in a text.</summary>
/// <param name="Kind">What it is: <c>EMAIL</c>, <c>PHONE</c>, <c>IP</c>, <c>IBAN</c>, <c>CARD</c> or the name of an operator's pattern; the mark that masks it is <c>[KIND]</c>.</param>
/// <param name="Start">Index of its first UTF-16 code unit.</param>
/// <param name="End">Index after the last.</param>
public sealed record PersonalDatum(string Kind, int Start, int End);
