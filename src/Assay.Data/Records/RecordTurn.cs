namespace Assay.Data.Records;

/// <summary>One turn of a record.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Text">The words in NFC, line ends as LF, without outer white space. For the prompt of a section: its heading path.</param>
/// <param name="Start">First byte in the source (.md, .txt, .jsonl, .csv) or in the UTF-8 of the stored extraction (.pdf, .docx, .parquet).</param>
/// <param name="End">Byte after the last one. For a heading path the bytes are those of the nearest heading.</param>
public sealed record RecordTurn(TurnRole Role, string Text, int Start, int End);
