namespace Assay.Models.Engine.Decode;

/// <summary>One token to compute.</summary>
/// <param name="Sequence">The request's cache; the token's keys and values are appended.</param>
/// <param name="Token">Token id.</param>
/// <param name="Index">Place in the cache: the sequence's length plus the tokens of the same call before this one.</param>
/// <param name="Position">What rotary and learned positions count; usually the same.</param>
/// <param name="Length">Longest position plus 1 that stretched rotary tables are made for; usually Index + 1 of the request's last token.</param>
/// <param name="Adapter">Adapter of the request, or null. Rows with the same adapter should follow each other.</param>
public readonly record struct DecodeRow(KvSequence Sequence, int Token, int Index, int Position, int Length, DecodeAdapter? Adapter);
