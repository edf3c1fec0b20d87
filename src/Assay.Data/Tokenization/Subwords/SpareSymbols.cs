using System.Text;

namespace Assay.Data.Tokenization.Subwords;

/// <summary>Characters that occur in a vocabulary's entries without being entries: symbols while words are merged, unknown when they are left over.</summary>
/// <param name="first">The first symbol that is no token.</param>
/// <param name="runes">The character of each such symbol.</param>
/// <param name="idOfByte">The token of each byte, or empty without byte fallback.</param>
/// <param name="unknownId">The unknown token; neighbours become one.</param>
internal sealed class SpareSymbols(int first, IReadOnlyList<Rune> runes, int[] idOfByte, int unknownId)
{
    /// <summary>Appends a symbol after all merges.</summary>
    public void Add(int symbol, int byteEnd, TokenRun output)
    {
        if (symbol >= first && idOfByte.Length > 0)
        {
            Span<byte> bytes = stackalloc byte[4];
            var length = runes[symbol - first].EncodeToUtf8(bytes);
            for (var i = 0; i < length; i++)
            {
                output.Add(idOfByte[bytes[i]], byteEnd - length + i + 1);
            }

            return;
        }

        var id = symbol >= first ? unknownId : symbol;
        if (id == unknownId && output.Ids is [.., var last] && last == unknownId)
        {
            output.ByteEnds[^1] = byteEnd;
        }
        else
        {
            output.Add(id, byteEnd);
        }
    }
}
