using Assay.Client.Chat;
using Assay.Server.Shared;

namespace Assay.Server.Chat;

/// <summary>What happens while a model answers.</summary>
internal abstract record AnswerStep
{
    /// <summary>The next piece of text.</summary>
    public sealed record Piece(string Text) : AnswerStep;

    /// <summary>The last step of a good answer: it is stored, on the ledger and traced.</summary>
    public sealed record Done(AnswerView Answer) : AnswerStep;

    /// <summary>The last step when there is no answer.</summary>
    public sealed record Refused(Refusal Why) : AnswerStep;
}
