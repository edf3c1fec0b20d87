namespace Assay.Data.Tokenization.Files;

/// <summary>What a SentencePiece model says about blanks and its algorithm; the defaults are those of its format.</summary>
internal sealed record SentencePieceOptions
{
    public const int Unigram = 1;
    public const int BytePairs = 2;

    /// <summary>1 unigram, 2 byte pairs, 3 words, 4 characters.</summary>
    public int ModelType { get; init; } = Unigram;

    /// <summary>Characters without an entry become bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Text of an unknown token.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    /// <summary>The blank that is added stands at the end of words.</summary>
    public bool WhitespaceAsSuffix { get; init; }

    /// <summary>Name of the normaliser, only for messages.</summary>
    public string NormalizerName { get; init; } = "";

    /// <summary>Compiled replacements; empty for none.</summary>
    public byte[] CharsMap { get; init; } = [];

    /// <summary>A blank is put before the text.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Blanks at the ends and repeated ones are dropped.</summary>
    public bool RemoveExtraWhitespaces { get; init; } = true;

    /// <summary>Blanks are written as U+2581.</summary>
    public bool EscapeWhitespaces { get; init; } = true;
}
