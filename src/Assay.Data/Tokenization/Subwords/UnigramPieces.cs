namespace Assay.Data.Tokenization.Subwords;

/// <summary>Entries of a unigram model.</summary>
/// <param name="Vocabulary">Spellings that may be found in text → id.</param>
/// <param name="Scores">Log likelihood of each id.</param>
/// <param name="UnknownId">Token of characters that no entry holds.</param>
internal sealed record UnigramPieces(Dictionary<string, int> Vocabulary, double[] Scores, int UnknownId)
{
    /// <summary>The token of each of the 256 bytes, −1 where there is none; empty without byte fallback.</summary>
    public int[] IdOfByte { get; init; } = [];

    /// <summary>True makes one token of neighbouring unknown characters.</summary>
    public bool FuseUnknown { get; init; } = true;

    /// <summary>True keeps sums in 32-bit floating point, as SentencePiece does; ties then fall as there.</summary>
    public bool SinglePrecision { get; init; }

    /// <summary>Ids that beat every other split of their text; empty when there are none.</summary>
    public HashSet<int> UserDefined { get; init; } = [];

    /// <summary>The lowest score, from which that of unknown characters follows.</summary>
    public double LowestScore { get; init; } = Scores.DefaultIfEmpty().Min();

    /// <summary>The highest score, from which those of user-defined entries follow.</summary>
    public double HighestScore { get; init; } = Scores.DefaultIfEmpty().Max();

    /// <summary>Score of an entry.</summary>
    /// <param name="id">Token id.</param>
    /// <param name="bytes">Its length in bytes.</param>
    public double ScoreOf(int id, int bytes) =>
        UserDefined.Count > 0 && UserDefined.Contains(id) ? Round(bytes * HighestScore) - 0.1 : Scores[id];

    /// <summary>A sum in the precision that sums are kept in.</summary>
    public double Round(double value) => SinglePrecision ? (float)value : value;
}
