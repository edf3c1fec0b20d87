using Assay.Data.Tokenization.Decoders;
using Assay.Data.Tokenization.Normalizers;
using Assay.Data.Tokenization.PreTokenizers;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization.Files;

/// <summary>What a tokenizer file says, ready to run.</summary>
/// <param name="Vocabulary">Spelling → id of the model's own tokens.</param>
/// <param name="Model">Turns pieces into tokens.</param>
/// <param name="Decoder">Turns tokens into text.</param>
internal sealed record TokenizerParts(Dictionary<string, int> Vocabulary, ISubwordModel Model, TokenDecoder Decoder)
{
    /// <summary>Tokens whose text stands for itself when decoded.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Finds tokens in the text as it was given.</summary>
    public AddedTokenMatcher Verbatim { get; init; } = new([]);

    /// <summary>Finds tokens in normalised text.</summary>
    public AddedTokenMatcher Normalized { get; init; } = new([]);

    public INormalizer Normalizer { get; init; } = new SequenceNormalizer([]);

    public IPreTokenizer PreTokenizer { get; init; } = new SequencePreTokenizer([]);

    /// <summary>Ids that the file puts before a text.</summary>
    public int[] Before { get; init; } = [];

    /// <summary>Ids that the file puts after a text.</summary>
    public int[] After { get; init; } = [];

    /// <summary>Text of tokens that decode to something else than their spelling.</summary>
    public IReadOnlyDictionary<int, string> Shown { get; init; } = new Dictionary<int, string>();
}
