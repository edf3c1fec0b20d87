namespace Assay.Data.Tokenization.Decoders;

/// <summary>The steps of a decoder at work on one reply. Not thread-safe.</summary>
internal sealed class DecoderRun
{
    private readonly IReadOnlyList<IDecoderStage> stages;

    // What goes into each step, and at the end what comes out of the last; kept between tokens to allocate nothing.
    private readonly List<TokenText>[] between;

    public DecoderRun(IReadOnlyList<IDecoderStage> stages)
    {
        this.stages = stages;
        between = [.. Enumerable.Range(0, stages.Count + 1).Select(static _ => new List<TokenText>())];
    }

    /// <summary>The text that is certain once a token has arrived.</summary>
    public string Push(TokenText token)
    {
        between[0].Clear();
        between[0].Add(token);
        return Pass(0);
    }

    /// <summary>The rest of the text.</summary>
    public string Flush()
    {
        var text = "";
        for (var i = 0; i < stages.Count; i++)
        {
            between[i + 1].Clear();
            stages[i].Flush(between[i + 1]);
            text += Pass(i + 1);
        }

        return text;
    }

    private string Pass(int from)
    {
        for (var i = from; i < stages.Count; i++)
        {
            between[i + 1].Clear();
            foreach (var token in between[i])
            {
                stages[i].Push(token, between[i + 1]);
            }
        }

        return between[^1] switch
        {
            [] => "",
            [var only] => only.Text,
            var several => string.Concat(several.Select(static token => token.Text)),
        };
    }
}
