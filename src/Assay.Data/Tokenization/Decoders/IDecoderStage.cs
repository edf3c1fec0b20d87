namespace Assay.Data.Tokenization.Decoders;

/// <summary>One step of a decoder, at work on one reply: takes tokens as they arrive and passes on what is certain.</summary>
/// <remarks>What all pushes and the flush pass on equals what the step makes of all tokens at once.</remarks>
internal interface IDecoderStage
{
    void Push(TokenText token, List<TokenText> output);

    /// <summary>Passes on what was held back; nothing is pushed afterwards.</summary>
    void Flush(List<TokenText> output);
}
