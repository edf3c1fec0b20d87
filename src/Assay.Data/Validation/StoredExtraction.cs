namespace Assay.Data.Validation;

/// <summary>The text taken out of a .pdf, .docx or .parquet, which its records' byte offsets refer to.</summary>
/// <param name="Extractor">Name and version of the code that made it.</param>
/// <param name="Sha256">Of its UTF-8 bytes, lower-case hex.</param>
/// <param name="Text">The text itself.</param>
/// <param name="PageStarts">Byte offset at which each page starts; empty where the type has no pages.</param>
public sealed record StoredExtraction(string Extractor, string Sha256, string Text, IReadOnlyList<int> PageStarts);
