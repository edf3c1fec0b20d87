using System.Buffers;
using System.Text;

namespace Assay.Data.Tokenization.Decoders;

/// <summary>SentencePiece's own decoder: U+2581 becomes a blank, the first one is left out, bytes become characters.</summary>
/// <param name="stripsFirst">True when encoding puts a mark in front or drops leading blanks, so that the first mark is not part of the text.</param>
/// <param name="stripsMore">True when encoding drops leading blanks, so that the marks of further tokens are left out, too, until there is text.</param>
/// <remarks>A byte that begins no character gives one U+FFFD, the bytes after it are looked at again; unlike Hugging Face's decoder, which gives up the whole run.</remarks>
internal sealed class SentencePieceStage(bool stripsFirst, bool stripsMore) : IDecoderStage
{
    private const char Mark = '\u2581';

    private readonly List<byte> run = [];
    private bool atBeginning = true;
    private bool markTaken;
    private bool anyText;

    public void Push(TokenText token, List<TokenText> output)
    {
        var value = token.Literal ? -1 : ByteFallbackStage.ByteOf(token.Text);
        if (value >= 0)
        {
            run.Add((byte)value);
            ReadRun(output, ends: false);
            return;
        }

        ReadRun(output, ends: true);
        atBeginning &= !markTaken && !anyText;
        var text = token.Text;
        if (!token.Literal)
        {
            if (atBeginning && stripsFirst && text.StartsWith(Mark))
            {
                text = text[1..];
                markTaken = !stripsMore;
            }

            text = text.Replace(Mark, ' ');
        }

        Add(text, output);
    }

    public void Flush(List<TokenText> output) => ReadRun(output, ends: true);

    private void ReadRun(List<TokenText> output, bool ends)
    {
        Span<byte> bytes = [.. run];
        while (bytes.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status == OperationStatus.NeedMoreData && !ends)
            {
                break;
            }

            Add(status == OperationStatus.Done ? rune.ToString() : "\uFFFD", output);
            bytes = bytes[(status == OperationStatus.Done ? consumed : 1)..];
        }

        run.RemoveRange(0, run.Count - bytes.Length);
    }

    private void Add(string text, List<TokenText> output)
    {
        anyText |= text.Length > 0;
        output.Add(new(text));
    }
}
