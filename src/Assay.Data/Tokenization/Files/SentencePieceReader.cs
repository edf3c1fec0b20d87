using System.Text;

namespace Assay.Data.Tokenization.Files;

/// <summary>Reads the protocol buffer of a SentencePiece model (sentencepiece_model.proto).</summary>
internal static class SentencePieceReader
{
    private const int LongestPiece = 256;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="InvalidTokenizerException">The only exception that leaves.</exception>
    public static (IReadOnlyList<SentencePieceEntry> Entries, SentencePieceOptions Options) Read(ReadOnlySpan<byte> bytes)
    {
        List<SentencePieceEntry> entries = [];
        var options = new SentencePieceOptions();
        var fields = new ProtobufFields(bytes);
        while (fields.Read())
        {
            switch (fields.Number)
            {
                case 1:
                    entries.Add(Entry(fields.Bytes, entries.Count));
                    break;
                case 2:
                    options = Trainer(fields.Bytes, options);
                    break;
                case 3:
                    options = Normalizer(fields.Bytes, options);
                    break;
                case 5:
                    RequireNoDenormalizer(fields.Bytes);
                    break;
                default:
                    // Self-tests and extensions do not change ids.
                    break;
            }
        }

        return (entries, options);
    }

    private static SentencePieceEntry Entry(ReadOnlySpan<byte> message, int index)
    {
        var (text, score, type) = ("", 0f, (ulong)SentencePieceType.Normal);
        var fields = new ProtobufFields(message);
        while (fields.Read())
        {
            switch (fields.Number)
            {
                case 1:
                    text = Text(fields.Bytes);
                    break;
                case 2:
                    score = fields.Single;
                    break;
                case 3:
                    type = fields.Value;
                    break;
                default:
                    break;
            }
        }

        if (index >= Tokenizer.MaxTokens)
        {
            throw new InvalidTokenizerException($"The SentencePiece model has more than {Tokenizer.MaxTokens} pieces.");
        }

        if (text.Length is 0 or > LongestPiece)
        {
            throw new InvalidTokenizerException($"Piece {index} of the SentencePiece model has {text.Length} characters; 1 to {LongestPiece} are supported.");
        }

        return float.IsFinite(score) && type is >= 1 and <= 6
            ? new(text, score, (SentencePieceType)type)
            : throw new InvalidTokenizerException($"Piece {index} ('{text}') of the SentencePiece model has the type {type} and the score {score}.");
    }

    private static SentencePieceOptions Trainer(ReadOnlySpan<byte> message, SentencePieceOptions options)
    {
        var fields = new ProtobufFields(message);
        while (fields.Read())
        {
            options = fields.Number switch
            {
                3 => options with { ModelType = (int)Math.Min(fields.Value, int.MaxValue) },
                24 => options with { WhitespaceAsSuffix = fields.Value != 0 },
                35 => options with { ByteFallback = fields.Value != 0 },
                44 => options with { UnknownSurface = Text(fields.Bytes) },
                _ => options,
            };
        }

        return options;
    }

    private static SentencePieceOptions Normalizer(ReadOnlySpan<byte> message, SentencePieceOptions options)
    {
        var fields = new ProtobufFields(message);
        while (fields.Read())
        {
            options = fields.Number switch
            {
                1 => options with { NormalizerName = Text(fields.Bytes) },
                2 => options with { CharsMap = fields.Bytes.ToArray() },
                3 => options with { AddDummyPrefix = fields.Value != 0 },
                4 => options with { RemoveExtraWhitespaces = fields.Value != 0 },
                5 => options with { EscapeWhitespaces = fields.Value != 0 },
                _ => options,
            };
        }

        return options;
    }

    private static void RequireNoDenormalizer(ReadOnlySpan<byte> message)
    {
        var fields = new ProtobufFields(message);
        while (fields.Read())
        {
            if (fields.Number == 2 && fields.Bytes.Length > 0)
            {
                throw new InvalidTokenizerException("The SentencePiece model has a denormalizer_spec, which rewrites decoded text; this is not supported.");
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidTokenizerException("A text of the SentencePiece model is not UTF-8.", exception);
        }
    }
}
