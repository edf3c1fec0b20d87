using System.Buffers.Text;
using System.Globalization;
using Assay.Data.Tokenization.Decoders;
using Assay.Data.Tokenization.Files;
using Assay.Data.Tokenization.Patterns;
using Assay.Data.Tokenization.PreTokenizers;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization;

/// <summary>Reads a tiktoken rank list: a line for each token, its bytes in base64, a blank, its rank, which is its id.</summary>
/// <remarks>The list holds neither the pattern that cuts text into words nor the control tokens; they come from a file beside it.</remarks>
public static class TiktokenFile
{
    private const int LongestToken = 1024;

    /// <summary>True when bytes look like a rank list, not like another tokenizer file.</summary>
    public static bool IsRankList(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        return TryLine(end < 0 ? bytes : bytes[..end], out _, out _);
    }

    /// <summary>Reads a rank list; pattern and control tokens come from a <c>tokenizer.json</c>.</summary>
    /// <exception cref="InvalidTokenizerException">A file is damaged, or they do not belong together.</exception>
    public static Tokenizer Parse(ReadOnlySpan<byte> ranks, ReadOnlyMemory<byte> tokenizerJson)
    {
        var vocabulary = Vocabulary(ranks);
        return new(TokenizerJsonReader.ReadAround(tokenizerJson, vocabulary, Model(vocabulary)));
    }

    /// <summary>Reads a rank list; pattern (<c>pat_str</c>) and control tokens come from the tokenizer's configuration.</summary>
    /// <exception cref="InvalidTokenizerException">The list is damaged, or the configuration has no pattern.</exception>
    public static Tokenizer Parse(ReadOnlySpan<byte> ranks, TokenizerConfig config)
    {
        var pattern = config.Pattern ?? throw new InvalidTokenizerException(
            "A tiktoken rank list says neither how text is cut into words nor which control tokens there are: " +
            "put the model's tokenizer.json beside it, or a tokenizer_config.json with 'pat_str' and 'added_tokens_decoder'.");
        var vocabulary = Vocabulary(ranks);
        var tokens = config.Tokens(vocabulary);
        return new(new(vocabulary, Model(vocabulary), new([static () => new ByteLevelStage()]) { IsByteLevel = true })
        {
            AddedTokens = tokens,
            Verbatim = new(tokens.Select(static token => (token.Content, token))),
            PreTokenizer = new SplitPreTokenizer(SplitPattern.FromRegex(pattern), SplitBehavior.Isolated, invert: false),
        });
    }

    private static Dictionary<string, int> Vocabulary(ReadOnlySpan<byte> ranks)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var used = new HashSet<int>();
        var number = 0;
        foreach (var range in ranks.Split((byte)'\n'))
        {
            number++;
            var line = ranks[range].TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                continue;
            }

            if (!TryLine(line, out var token, out var rank))
            {
                throw new InvalidTokenizerException($"Line {number} of the rank list is not base64, a blank and a rank below {Tokenizer.MaxTokens}.");
            }

            if (token.Length is 0 or > LongestToken || !used.Add(rank) || !vocabulary.TryAdd(Spell(token), rank))
            {
                throw new InvalidTokenizerException($"Line {number} of the rank list repeats a token or a rank, or its token has not 1 to {LongestToken} bytes.");
            }
        }

        return ByteSymbols.Covers(vocabulary)
            ? vocabulary
            : throw new InvalidTokenizerException("The rank list lacks a token for some of the 256 bytes.");
    }

    // The pair whose joined bytes have the lowest rank is merged first; a word that is a token is that token.
    private static BytePairModel Model(Dictionary<string, int> vocabulary)
    {
        var merges = new PairTable(2 * vocabulary.Count);
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (text, rank) in vocabulary)
        {
            for (var cut = 1; cut < text.Length; cut++)
            {
                if (lookup.TryGetValue(text.AsSpan(0, cut), out var left) && lookup.TryGetValue(text.AsSpan(cut), out var right))
                {
                    merges.Set(left, right, rank, rank);
                }
            }
        }

        return new(merges, new ByteSymbols(vocabulary), ignoreMerges: true);
    }

    private static string Spell(byte[] token) => string.Create(token.Length, token, static (chars, bytes) =>
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            chars[i] = ByteLevelAlphabet.CharOf(bytes[i]);
        }
    });

    private static bool TryLine(ReadOnlySpan<byte> line, out byte[] token, out int rank)
    {
        (token, rank) = ([], -1);
        line = line.TrimEnd((byte)'\r');
        var blank = line.IndexOf((byte)' ');
        if (blank <= 0 || !int.TryParse(line[(blank + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out rank) || rank >= Tokenizer.MaxTokens)
        {
            return false;
        }

        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(blank)];
        if (Base64.DecodeFromUtf8(line[..blank], bytes, out _, out var written) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        token = bytes[..written];
        return true;
    }
}
