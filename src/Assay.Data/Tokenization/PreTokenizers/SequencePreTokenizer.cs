namespace Assay.Data.Tokenization.PreTokenizers;

/// <summary>Several pre-tokenisers, each cutting the pieces of the one before.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> parts) : IPreTokenizer
{
    public void Cut(TextPiece piece, List<TextPiece> output)
    {
        List<TextPiece> current = [piece];
        foreach (var part in parts)
        {
            var next = new List<TextPiece>(current.Count);
            foreach (var item in current)
            {
                part.Cut(item, next);
            }

            current = next;
        }

        output.AddRange(current);
    }
}
