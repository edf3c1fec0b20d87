using Assay.Data.Tokenization;

namespace Assay.Models.Training;

/// <summary>One sequence with its loss mask.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Supervised">Whether predicting the token at the same place counts; the first token is never predicted.</param>
public sealed record TrainingSample(int[] Ids, bool[] Supervised)
{
    /// <summary>Tokens whose prediction counts.</summary>
    public int Predictions { get; } = Supervised.Skip(1).Count(counts => counts);

    /// <summary>Whether anything can be learnt from it.</summary>
    public bool HasSupervised => Predictions > 0;

    /// <summary>The sample of an encoded conversation.</summary>
    public static TrainingSample Of(EncodedConversation conversation) =>
        new(conversation.Ids, Array.ConvertAll(conversation.Labels, label => label != ConversationEncoder.NotTrained));
}
