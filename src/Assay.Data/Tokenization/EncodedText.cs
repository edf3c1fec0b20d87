namespace Assay.Data.Tokenization;

/// <summary>Token ids of a text and the stretch of the text that each came from.</summary>
/// <param name="Ids">Token ids, in text order.</param>
/// <param name="Spans">As many as ids. Tokens that share a character (a rune split over several byte tokens) have overlapping stretches.</param>
public sealed record EncodedText(int[] Ids, TextSpan[] Spans);
