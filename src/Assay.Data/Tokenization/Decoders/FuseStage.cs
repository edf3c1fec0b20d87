namespace Assay.Data.Tokenization.Decoders;

/// <summary>Makes one token of all.</summary>
internal sealed class FuseStage : IDecoderStage
{
    public void Push(TokenText token, List<TokenText> output) => output.Add(new(token.Text, Continues: true));

    public void Flush(List<TokenText> output) => output.Add(new(""));
}
