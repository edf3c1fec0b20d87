namespace Assay.Data.Validation.Texts;

/// <summary>Something in a text that opens a door.</summary>
/// <param name="Kind">What it looks like, in words.</param>
/// <param name="Start">Index of its first UTF-16 code unit.</param>
/// <param name="End">Index after the last.</param>
internal sealed record Secret(string Kind, int Start, int End);
