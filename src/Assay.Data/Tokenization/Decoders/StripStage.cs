using System.Text;

namespace Assay.Data.Tokenization.Decoders;

/// <summary>Takes a character off the ends of every token, at most so many times.</summary>
/// <param name="content">The character.</param>
/// <param name="start">The most that are taken off the beginning.</param>
/// <param name="stop">The most that are taken off the end.</param>
internal sealed class StripStage(char content, int start, int stop) : IDecoderStage
{
    private readonly StringBuilder held = new();
    private int taken;
    private bool begun;

    public void Push(TokenText token, List<TokenText> output)
    {
        var text = token.Text.AsSpan();
        while (!begun && text.Length > 0)
        {
            if (taken < start && text[0] == content)
            {
                taken++;
                text = text[1..];
            }
            else
            {
                begun = true;
            }
        }

        if (stop == 0)
        {
            output.Add(token with { Text = text.Length == token.Text.Length ? token.Text : text.ToString() });
            Next(token);
            return;
        }

        // The characters at the end may turn out to be the token's last.
        held.Append(text);
        var end = held.Length;
        while (end > 0 && held.Length - end < stop && held[end - 1] == content)
        {
            end--;
        }

        output.Add(token with { Text = held.ToString(0, end) });
        held.Remove(0, end);
        Next(token);
    }

    public void Flush(List<TokenText> output)
    {
    }

    private void Next(TokenText token)
    {
        if (!token.Continues)
        {
            held.Clear();
            (taken, begun) = (0, false);
        }
    }
}
