namespace Assay.Models.Export;

/// <summary>Scores that make llama.cpp's SentencePiece-style merging choose what the merge list chooses.</summary>
/// <remarks>
/// llama.cpp joins the two neighbours whose joined text is the token with the best score. A merge list says which pairs may join, in order.
/// Both give the same text pieces if every way to split a token into two tokens is listed, and the ways of one token stand together in the list;
/// lists made from SentencePiece models are so. Any other list is refused.
/// </remarks>
internal static class SubwordScores
{
    /// <summary>One score per token: minus the place of its first merge; 0 for tokens that no merge makes.</summary>
    /// <param name="tokens">Spellings by id.</param>
    /// <param name="normal">Whether text can become the token.</param>
    /// <param name="merges">"left right", best first.</param>
    /// <exception cref="ExportRefusedException">No scores can say what the list says.</exception>
    public static float[] Of(IReadOnlyList<string> tokens, IReadOnlyList<bool> normal, IReadOnlyList<string> merges)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var listed = new HashSet<string>(merges, StringComparer.Ordinal);
        string? last = null;
        int place = 0;
        foreach (string merge in merges)
        {
            int blank = merge.IndexOf(' ', StringComparison.Ordinal);
            string joined = blank > 0 ? merge[..blank] + merge[(blank + 1)..] : throw Refused($"the merge '{merge}' is no pair");
            if (joined != last && !places.TryAdd(joined, ++place))
            {
                throw Refused($"the merges that make '{joined}' do not stand together");
            }

            last = joined;
        }

        var known = tokens.Where((_, id) => normal[id]).ToHashSet(StringComparer.Ordinal);
        float[] scores = new float[tokens.Count];
        for (int id = 0; id < tokens.Count; id++)
        {
            if (normal[id])
            {
                CheckSplits(tokens[id], known, listed);
                scores[id] = -places.GetValueOrDefault(tokens[id]);
            }
        }

        return scores;
    }

    private static void CheckSplits(string token, HashSet<string> known, HashSet<string> listed)
    {
        for (int at = 1; at < token.Length; at++)
        {
            if (!char.IsLowSurrogate(token[at]) && known.Contains(token[..at]) && known.Contains(token[at..]) && !listed.Contains($"{token[..at]} {token[at..]}"))
            {
                throw Refused($"'{token}' could be joined from '{token[..at]}' and '{token[at..]}', but no merge says so");
            }
        }
    }

    private static ExportRefusedException Refused(string why) => new($"The tokenizer is not written as GGUF: its merges cannot be told by scores, because {why}. Export as safetensors instead.");
}
