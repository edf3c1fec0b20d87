namespace Assay.Data.Tokenization;

/// <summary>Turns conversations into token ids and labels. Safe to use from several threads at once.</summary>
/// <remarks>
/// The span of an assistant turn runs from the end of the rendering of the turns before it, with the generation prompt, to the end of the rendering
/// through it. It holds only when each earlier rendering is a beginning of the whole one. The whole text is tokenised once; a token is learnt when its
/// first character lies in a span, so one that reaches in from the prompt is not.
/// </remarks>
public sealed class ConversationEncoder
{
    /// <summary>Label of a token that is not learnt, as in PyTorch's cross-entropy.</summary>
    public const int NotTrained = -100;

    private const string Assistant = "assistant";

    private readonly Tokenizer tokenizer;
    private readonly ChatTemplate template;
    private readonly ConversationEncoderOptions options;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template.</param>
    /// <param name="options">Cut-off, trained part and template variables.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cut-off is below 1.</exception>
    public ConversationEncoder(Tokenizer tokenizer, ChatTemplate template, ConversationEncoderOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CutOff, 1);
        this.tokenizer = tokenizer;
        this.template = template;
        this.options = options;
    }

    /// <summary>Renders, tokenises and labels one conversation.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or fails.</exception>
    public EncodedConversation Encode(IReadOnlyList<ChatMessage> messages)
    {
        var text = Render(messages, addGenerationPrompt: false);
        var (spans, coverage) = options.Train == TrainedPart.Everything ? ([new(0, text.Length)], TurnCoverage.All) : AssistantSpans(messages, text);
        var encoded = tokenizer.EncodeWithOffsets(text);
        var kept = Math.Min(encoded.Ids.Length, options.CutOff);
        var labels = new int[kept];
        for (var i = 0; i < kept; i++)
        {
            var start = encoded.Spans[i].Start;
            labels[i] = spans.Exists(span => start >= span.Start && start < span.End) ? encoded.Ids[i] : NotTrained;
        }

        return new(text, spans, encoded.Ids[..kept], labels, encoded.Ids.Length - kept, coverage);
    }

    private (List<TextSpan> Spans, TurnCoverage Coverage) AssistantSpans(IReadOnlyList<ChatMessage> messages, string whole)
    {
        var turns = Enumerable.Range(0, messages.Count).Where(turn => messages[turn].Role == Assistant).ToList();
        if (options.Train == TrainedPart.LastTurn)
        {
            turns = turns.TakeLast(1).ToList();
        }

        var spans = turns.Select(turn => Span(messages, turn, whole)).ToList();
        if (spans.Count > 0 && spans.TrueForAll(static span => span is not null))
        {
            return (spans.ConvertAll(static span => span!.Value), TurnCoverage.All);
        }

        return spans is [.., { } last] ? ([last], TurnCoverage.LastTurnOnly) : ([], TurnCoverage.None);
    }

    private TextSpan? Span(IReadOnlyList<ChatMessage> messages, int turn, string whole)
    {
        var before = TryRender([.. messages.Take(turn)], addGenerationPrompt: true);
        var through = turn == messages.Count - 1 ? whole : TryRender([.. messages.Take(turn + 1)], addGenerationPrompt: false);
        return before is not null && through is not null &&
            through.StartsWith(before, StringComparison.Ordinal) && whole.StartsWith(through, StringComparison.Ordinal)
            ? new(before.Length, through.Length)
            : null;
    }

    // A template may refuse a beginning (roles that must alternate) although it takes the whole.
    private string? TryRender(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        try
        {
            return Render(messages, addGenerationPrompt);
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }

    private string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) =>
        template.Render(messages, addGenerationPrompt, options.Context, options.Now);
}
