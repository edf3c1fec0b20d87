namespace Assay.Data.Tokenization;

/// <summary>A conversation ready for training.</summary>
/// <param name="Text">The whole rendering, before any cut.</param>
/// <param name="Trained">Stretches of <paramref name="Text"/> that are trained, in order, before any cut.</param>
/// <param name="Ids">Token ids, at most the cut-off.</param>
/// <param name="Labels">As many as ids: the id itself where the token is to be learnt, else <see cref="ConversationEncoder.NotTrained"/>. The label of a token is predicted one token before it.</param>
/// <param name="DroppedTokens">Tokens behind the cut-off.</param>
/// <param name="Coverage">Which assistant turns are trained.</param>
public sealed record EncodedConversation(
    string Text, IReadOnlyList<TextSpan> Trained, int[] Ids, int[] Labels, int DroppedTokens, TurnCoverage Coverage)
{
    /// <summary>Labels that are trained; zero makes the sample useless.</summary>
    public int TrainedTokens => Labels.Count(static label => label != ConversationEncoder.NotTrained);
}
