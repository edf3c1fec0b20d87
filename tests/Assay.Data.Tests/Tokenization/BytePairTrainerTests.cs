using System.Text;
using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

public sealed class BytePairTrainerTests
{
    private static readonly string[] Texts =
    [
        "Returns the number of elements in the sequence.",
        "Gets the number of elements contained in the collection, counted 2024 times.",
        "Returns the elements of the sequence that are not null. Größe, 数, 🦙!\r\n\r\n  The end.",
    ];

    [Fact]
    public void The_written_file_reads_back_and_decodes_every_text_exactly()
    {
        var vocabulary = Train([.. Texts, .. Texts], 320);
        var tokenizer = TokenizerJson.Parse(BytePairTokenizerFile.TokenizerJson(vocabulary));
        Assert.Equal(320, tokenizer.VocabularySize);
        Assert.Equal(1, tokenizer.IdOf("<|end|>"));
        foreach (var text in Texts.Append("<|end|> unseen: \u0000 ~ 한국어"))
        {
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }

        Assert.True(tokenizer.Encode(Texts[0]).Length < 25);
    }

    [Fact]
    public void The_order_of_the_texts_does_not_change_the_vocabulary()
    {
        var forward = BytePairTokenizerFile.TokenizerJson(Train(Texts, 300));
        var backward = BytePairTokenizerFile.TokenizerJson(Train(Texts.Reverse(), 300));
        Assert.Equal(Encoding.UTF8.GetString(forward), Encoding.UTF8.GetString(backward));
    }

    [Fact]
    public void Incremental_counts_choose_the_same_merges_as_counting_anew()
    {
        var random = new Random(7);
        var texts = Enumerable.Range(0, 60)
            .Select(_ => string.Join(' ', Enumerable.Range(0, 8).Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => "abc"[random.Next(3)])]))))
            .ToList();
        Assert.Equal(CountAnew(texts, 60), Train(texts, 2 + 256 + 60).Merges);
    }

    [Fact]
    public void Digits_never_share_a_token()
    {
        var vocabulary = Train(Enumerable.Repeat("2024 2024 2024", 20), 300);
        Assert.DoesNotContain(vocabulary.Tokens, static token => token.Count(char.IsAsciiDigit) > 1);
    }

    [Fact]
    public void A_vocabulary_without_room_for_the_bytes_is_refused()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Train(Texts, 257));
        Assert.Contains("258", error.Message, StringComparison.Ordinal);
    }

    private static BytePairVocabulary Train(IEnumerable<string> texts, int size) =>
        BytePairTrainer.Train(texts, new(size, ["<|begin|>", "<|end|>"]), TestContext.Current.CancellationToken);

    private static List<(int, int)> CountAnew(List<string> texts, int merges)
    {
        // A word takes its leading blank with it, as the training pattern cuts.
        var words = texts.SelectMany(static text => text.Split(' ').Select(static (word, i) => i == 0 ? word : " " + word))
            .Select(static word => word.Select(static unit => 2 + unit).ToList()).ToList();
        var chosen = new List<(int, int)>();
        for (var id = 258; id < 258 + merges; id++)
        {
            var best = words.SelectMany(static word => word.Zip(word.Skip(1))).GroupBy(static pair => pair)
                .Where(static group => group.Count() >= 2)
                .OrderByDescending(static group => group.Count()).ThenBy(static group => group.Key).First().Key;
            chosen.Add(best);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) == best)
                    {
                        word[i] = id;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return chosen;
    }
}
