namespace Assay.Data.Tokenization.Decoders;

/// <summary>The steps of a decoder at work on one reply. Not thread-safe.</summary>
internal sealed class DecoderRun(IReadOnlyList<IDecoderStage> stages)
{
    /// <summary>The text that is certain once a token has arrived.</summary>
    public string Push(TokenText token) => Pass([token], 0);

    /// <summary>The rest of the text.</summary>
    public string Flush()
    {
        var text = "";
        for (var i = 0; i < stages.Count; i++)
        {
            List<TokenText> rest = [];
            stages[i].Flush(rest);
            text += Pass(rest, i + 1);
        }

        return text;
    }

    private string Pass(List<TokenText> tokens, int from)
    {
        for (var i = from; i < stages.Count && tokens.Count > 0; i++)
        {
            List<TokenText> next = [];
            foreach (var token in tokens)
            {
                stages[i].Push(token, next);
            }

            tokens = next;
        }

        return tokens is [var only] ? only.Text : string.Concat(tokens.Select(static token => token.Text));
    }
}
