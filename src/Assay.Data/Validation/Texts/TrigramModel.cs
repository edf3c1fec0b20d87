namespace Assay.Data.Validation.Texts;

/// <summary>How surprising a text's letters are, in bits per character, to a model that has seen ordinary text in seven languages of Latin script.</summary>
/// <remarks>Character trigrams over lower-case Latin letters and a word gap, interpolated with bigrams and single letters.</remarks>
internal sealed class TrigramModel
{
    private const double Three = 0.7, Two = 0.2, One = 0.09, Uniform = 0.01;
    private const int ShufflesPerParagraph = 5;
    private const int Alphabet = 27; // a to z and the gap; accents are taken off

    private static readonly Lazy<TrigramModel> Shared = new(() => new TrigramModel([.. ReferenceSet.English, .. ReferenceSet.OtherLanguages]));

    private readonly double[] _bits = new double[Alphabet * Alphabet * Alphabet];

    private TrigramModel(IReadOnlyList<string> paragraphs)
    {
        var trigrams = new double[Alphabet * Alphabet * Alphabet];
        var bigrams = new double[Alphabet * Alphabet];
        var letters = new double[Alphabet];
        foreach (var symbols in paragraphs.Select(Symbols))
        {
            for (var at = 2; at < symbols.Count; at++)
            {
                trigrams[Index(symbols[at - 2], symbols[at - 1], symbols[at])]++;
                bigrams[Index(0, symbols[at - 1], symbols[at])]++;
                letters[symbols[at]]++;
            }
        }

        for (var index = 0; index < _bits.Length; index++)
        {
            _bits[index] = -Math.Log2(
                (Uniform / Alphabet)
                + (One * Share(letters, index % Alphabet))
                + (Two * Share(bigrams, index % (Alphabet * Alphabet)))
                + (Three * Share(trigrams, index)));
        }

        Threshold = ShuffledPercentile(paragraphs);
    }

    /// <summary>The model of the bundled texts.</summary>
    public static TrigramModel Instance => Shared.Value;

    /// <summary>5th percentile of the bits per character of the reference text with its letters shuffled; text above it is no language the model knows.</summary>
    public double Threshold { get; }

    /// <summary>Mean bits per character, or null when the text has too few Latin letters to tell.</summary>
    public double? Bits(string text)
    {
        var symbols = Symbols(text);
        return symbols.Count < 50 ? null : Bits(symbols);
    }

    private double Bits(List<byte> symbols)
    {
        var bits = 0.0;
        for (var at = 2; at < symbols.Count; at++)
        {
            bits += _bits[Index(symbols[at - 2], symbols[at - 1], symbols[at])];
        }

        return bits / (symbols.Count - 2);
    }

    /// <summary>A count as a share of those that begin alike; 0 where nothing does.</summary>
    private static double Share(double[] counts, int index)
    {
        var sum = 0.0;
        foreach (var count in counts.AsSpan(index - (index % Alphabet), Alphabet))
        {
            sum += count;
        }

        return sum == 0 ? 0 : counts[index] / sum;
    }

    private static int Index(byte first, byte second, byte third) => (((first * Alphabet) + second) * Alphabet) + third;

    /// <summary>Fisher–Yates with a fixed linear congruential generator, so that the threshold is a constant of the reference text.</summary>
    private double ShuffledPercentile(IReadOnlyList<string> paragraphs)
    {
        var state = 1u;
        var bits = new List<double>();
        foreach (var paragraph in paragraphs)
        {
            for (var round = 0; round < ShufflesPerParagraph; round++)
            {
                var symbols = Symbols(paragraph);
                for (var at = symbols.Count - 1; at > 0; at--)
                {
                    state = (state * 1_664_525) + 1_013_904_223;
                    var other = (int)((ulong)state * (ulong)(at + 1) >> 32);
                    (symbols[at], symbols[other]) = (symbols[other], symbols[at]);
                }

                bits.Add(Bits(symbols));
            }
        }

        bits.Sort();
        return bits[bits.Count / 20];
    }

    private static List<byte> Symbols(string text)
    {
        var symbols = new List<byte>(Math.Min(text.Length, 65_536)) { 0 };
        foreach (var symbol in text)
        {
            var letter = Letter(symbol);
            if (letter != 0 || symbols[^1] != 0)
            {
                symbols.Add(letter);
            }
        }

        return symbols;
    }

    private static byte Letter(char symbol)
    {
        var lower = char.ToLowerInvariant(symbol);
        if (lower is >= 'a' and <= 'z')
        {
            return (byte)(lower - 'a' + 1);
        }

        return lower switch
        {
            'à' or 'á' or 'â' or 'ã' or 'ä' or 'å' => 1,
            'ç' => 3,
            'è' or 'é' or 'ê' or 'ë' => 5,
            'ì' or 'í' or 'î' or 'ï' => 9,
            'ñ' => 14,
            'ò' or 'ó' or 'ô' or 'õ' or 'ö' or 'ø' => 15,
            'ß' => 19,
            'ù' or 'ú' or 'û' or 'ü' => 21,
            _ => 0,
        };
    }
}
