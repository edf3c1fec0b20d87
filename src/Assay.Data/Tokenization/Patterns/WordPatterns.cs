namespace Assay.Data.Tokenization.Patterns;

/// <summary>Published patterns that cut text into words.</summary>
internal static class WordPatterns
{
    /// <summary>The pattern inside every ByteLevel part that does not switch it off.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>Words with their leading mark or blank, digits one by one, line ends apart: what Assay trains with (as Qwen publishes it).</summary>
    public const string SingleDigits =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
}
