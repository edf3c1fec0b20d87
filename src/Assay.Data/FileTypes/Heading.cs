namespace Assay.Data.FileTypes;

/// <summary>A heading inside extracted text.</summary>
/// <param name="Level">1 (outermost) to 9.</param>
/// <param name="Title">The words of the heading, without markup.</param>
/// <param name="Start">Index of its first UTF-16 code unit in the text.</param>
/// <param name="End">Index after its last line, markup and line end included.</param>
public sealed record Heading(int Level, string Title, int Start, int End);
