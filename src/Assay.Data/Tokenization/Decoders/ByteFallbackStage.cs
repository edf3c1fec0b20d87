using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Decoders;

/// <summary>Turns runs of byte tokens such as <c>&lt;0xE2&gt;</c> into characters; a run that is not UTF-8 gives one U+FFFD for each of its bytes.</summary>
/// <remarks>Whether a run is UTF-8 is known at its end alone, so the run is held until then.</remarks>
internal sealed class ByteFallbackStage : IDecoderStage
{
    private readonly TokenAssembler assembler = new();
    private readonly List<byte> run = [];

    /// <summary>The byte that a token stands for, or −1.</summary>
    public static int ByteOf(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>' &&
        byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : -1;

    public void Push(TokenText token, List<TokenText> output)
    {
        if (!assembler.TryComplete(ref token))
        {
            return;
        }

        var value = ByteOf(token.Text);
        if (value >= 0)
        {
            run.Add((byte)value);
            return;
        }

        EndRun(output);
        output.Add(token);
    }

    public void Flush(List<TokenText> output) => EndRun(output);

    private void EndRun(List<TokenText> output)
    {
        byte[] bytes = [.. run];
        run.Clear();
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            if (bytes.Length > 0)
            {
                output.Add(new(Encoding.UTF8.GetString(bytes)));
            }

            return;
        }

        foreach (var _ in bytes)
        {
            output.Add(new("\uFFFD"));
        }
    }
}
