using Assay.Data.Tokenization;

namespace Assay.Data.Planning;

/// <summary>Turns a datanet's records into training samples, the same way for the preview that a builder looks at and for the run itself.</summary>
/// <remarks>A record with a prompt becomes a conversation of two turns in the model's chat template; one without is trained as running text.</remarks>
public sealed class RecordEncoder
{
    private readonly Tokenizer _tokenizer;
    private readonly ConversationEncoder? _conversations;
    private readonly RecordEncoding _encoding;
    private readonly int? _end;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template; without one only running text can be encoded.</param>
    /// <param name="config">Its special tokens.</param>
    /// <param name="encoding">Length, and which tokens are learnt.</param>
    public RecordEncoder(Tokenizer tokenizer, ChatTemplate? template, TokenizerConfig config, RecordEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(encoding);
        ArgumentOutOfRangeException.ThrowIfLessThan(encoding.CutOff, 1);
        _tokenizer = tokenizer;
        _encoding = encoding;
        _end = config.EosToken is { } end ? tokenizer.IdOf(end) : null;
        _conversations = template is null ? null : new ConversationEncoder(tokenizer, template,
            new ConversationEncoderOptions(encoding.CutOff, TrainedOf(encoding)) { Context = config.SpecialTokens });
    }

    /// <summary>One record.</summary>
    /// <param name="prompt">The question or heading; empty for running text.</param>
    /// <param name="text">What is learnt.</param>
    /// <exception cref="ChatTemplateException">The template refuses a conversation of a user's and an assistant's turn, or there is none.</exception>
    public EncodedConversation Encode(string prompt, string text)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return prompt.Length > 0
            ? EncodeConversation([new ChatMessage("user", prompt), new ChatMessage("assistant", text)])
            : EncodeText(text);
    }

    /// <summary>One record by its turns; a single turn without a role is running text.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or there is none.</exception>
    public EncodedConversation Encode(IReadOnlyList<ChatMessage> turns) => (turns, _encoding.AsText) switch
    {
        ([{ Role.Length: 0 } text], _) => EncodeText(text.Content),
        (_, true) => EncodeText(string.Join("\n\n", turns.Select(turn => turn.Content))),
        _ => EncodeConversation(turns),
    };

    /// <summary>A conversation of any turns.</summary>
    /// <exception cref="ChatTemplateException">The template refuses it, or there is none.</exception>
    public EncodedConversation EncodeConversation(IReadOnlyList<ChatMessage> messages) =>
        (_conversations ?? throw new ChatTemplateException("The model has no chat template, so conversations cannot be rendered; running text can be trained.")).Encode(messages);

    /// <summary>Running text with the tokenizer's special tokens and the end token; every token is learnt.</summary>
    public EncodedConversation EncodeText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int[] all = [.. _tokenizer.EncodeWithSpecials(text), .. _end is { } end ? [end] : Array.Empty<int>()];
        int[] kept = all.Length > _encoding.CutOff ? all[.._encoding.CutOff] : all;
        return new EncodedConversation(text, [new TextSpan(0, text.Length)], kept, kept, all.Length - kept.Length, TurnCoverage.All);
    }

    private static TrainedPart TrainedOf(RecordEncoding encoding) =>
        encoding.LossOnPrompts ? TrainedPart.Everything : encoding.LossOnEarlierTurns ? TrainedPart.AssistantTurns : TrainedPart.LastTurn;
}
