namespace Assay.Data.Tokenization.Decoders;

/// <summary>Text of a token, or a part of it, on its way through the decoder.</summary>
/// <param name="Text">The text.</param>
/// <param name="Literal">True for tokens beside the model's vocabulary, whose text stands for itself.</param>
/// <param name="Continues">True when more of the same token follows.</param>
internal readonly record struct TokenText(string Text, bool Literal = false, bool Continues = false);
