using System.Text;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization.Decoders;

/// <summary>What turns tokens into text: steps, each made anew for every reply.</summary>
/// <param name="Stages">Makes the steps, in order.</param>
internal sealed record TokenDecoder(IReadOnlyList<Func<IDecoderStage>> Stages)
{
    /// <summary>True when ordinary tokens are spelled byte by byte.</summary>
    public bool IsByteLevel { get; init; }

    /// <summary>True when tokens such as <c>&lt;0xE2&gt;</c> stand for bytes.</summary>
    public bool HasByteTokens { get; init; }

    /// <summary>Without a decoder, tokens stand side by side with blanks between them.</summary>
    public static TokenDecoder Blanks { get; } = new([static () => new MapStage(static (text, number) => number == 0 ? text : $" {text}")]);

    /// <summary>A reply that begins.</summary>
    public DecoderRun Start() => new([.. Stages.Select(static make => make())]);

    /// <summary>The bytes that a token adds to a text that has begun.</summary>
    public byte[] BytesOf(TokenText token)
    {
        if (IsByteLevel)
        {
            return token.Literal ? Encoding.UTF8.GetBytes(token.Text) : ByteLevelAlphabet.BytesOf(token.Text);
        }

        if (HasByteTokens && !token.Literal && ByteFallbackStage.ByteOf(token.Text) is >= 0 and var value)
        {
            return [(byte)value];
        }

        const string Begun = "a";
        var run = Start();
        var text = run.Push(new(Begun, Literal: true)) + run.Push(token) + run.Flush();
        return Encoding.UTF8.GetBytes(text.StartsWith(Begun, StringComparison.Ordinal) ? text[Begun.Length..] : text);
    }
}
