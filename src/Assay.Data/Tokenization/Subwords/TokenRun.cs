namespace Assay.Data.Tokenization.Subwords;

/// <summary>Tokens of a piece of text, as many ends as ids.</summary>
internal sealed class TokenRun
{
    /// <summary>Token ids in order.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>The byte of the piece's UTF-8 at which each token ends.</summary>
    public List<int> ByteEnds { get; } = [];

    public void Add(int id, int byteEnd)
    {
        Ids.Add(id);
        ByteEnds.Add(byteEnd);
    }

    public void Clear()
    {
        Ids.Clear();
        ByteEnds.Clear();
    }
}
