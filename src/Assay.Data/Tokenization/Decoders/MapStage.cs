namespace Assay.Data.Tokenization.Decoders;

/// <summary>Rewrites every token on its own.</summary>
/// <param name="map">The new text, from the text and the token's number in the reply.</param>
internal sealed class MapStage(Func<string, int, string> map) : IDecoderStage
{
    private readonly TokenAssembler assembler = new();
    private int number;

    public void Push(TokenText token, List<TokenText> output)
    {
        if (assembler.TryComplete(ref token))
        {
            output.Add(token with { Text = map(token.Text, number++) });
        }
    }

    public void Flush(List<TokenText> output)
    {
    }
}
