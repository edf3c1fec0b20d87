namespace Assay.Data.Validation;

/// <summary>One thing that a rule saw, in words and, where known, by place.</summary>
/// <param name="Text">A plain sentence for the contributor.</param>
/// <param name="Start">First byte of the place, in the source (.md, .txt, .jsonl, .csv) or in the stored extraction (.pdf, .docx, .parquet).</param>
/// <param name="End">Byte after the last one.</param>
/// <param name="Row">Number of the row, block, section or chunk, from 1.</param>
/// <param name="Page">Number of the page, from 1.</param>
public sealed record Evidence(string Text, int? Start = null, int? End = null, int? Row = null, int? Page = null);
