using System.Security.Cryptography;
using System.Text;
using Assay.Data.Tokenization;
using Assay.Models.Training;

namespace Assay.Worker.Pretraining;

/// <summary>Rows for pre-training: documents first, from <see cref="ChatFrom"/> on a share of questions and answers among them.</summary>
internal sealed class PretrainData : ITrainingData
{
    private readonly PretrainRecipe recipe;
    private readonly PackedRows texts;
    private readonly PackedRows chats;

    /// <param name="recipe">Batch, context, seed.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="documents">Training documents.</param>
    public PretrainData(PretrainRecipe recipe, Tokenizer tokenizer, IReadOnlyList<MemberDocument> documents)
    {
        this.recipe = recipe;
        int[] beginning = [tokenizer.IdOf(StarterTokens.EndOfText)!.Value];
        int[][] textIds = [.. documents.AsParallel().AsOrdered().Select(document => (int[])[.. beginning, .. tokenizer.Encode(document.Text)])];
        int[][] chatIds = [.. documents.Index().AsParallel().AsOrdered()
            .SelectMany(item => ChatDocuments.Of(item.Item, item.Index, recipe.Seed))
            .Select(pair => tokenizer.Encode(StarterTokens.Conversation(pair.Question, pair.Answer)))];
        texts = new PackedRows(textIds, recipe.Context + 1, recipe.Seed, "texts");
        chats = new PackedRows(chatIds, recipe.Context + 1, recipe.Seed, "chats");
        (Documents, Tokens, ChatTokens) = (textIds.Length, textIds.Sum(ids => (long)ids.Length), chatIds.Sum(ids => (long)ids.Length));
        TokenCounts = Count(textIds, tokenizer.VocabularySize);
        ContentHash = Hash(textIds.Concat(chatIds), recipe);
    }

    public int Documents { get; }

    public long Tokens { get; }

    public long ChatTokens { get; }

    /// <summary>Occurrences of every token id in the documents.</summary>
    public IReadOnlyList<long> TokenCounts { get; }

    /// <summary>First step whose rows hold questions and answers.</summary>
    public int ChatFrom { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    public string ContentHash { get; }

    /// <inheritdoc/>
    public TrainingBatch Batch(int step, int micro)
    {
        int rows = recipe.Rows;
        int perStep = rows * recipe.Accumulation;
        int chatPerStep = step >= ChatFrom ? (int)Math.Round(perStep * recipe.ChatShare) : 0;
        long chatBefore = step >= ChatFrom ? (long)(step - ChatFrom) * chatPerStep : 0;
        long textBefore = ((long)(step - 1) * perStep) - chatBefore;
        return new TrainingBatch([.. Enumerable.Range(micro * rows, rows)
            .Select(row => row < chatPerStep ? chats.Row(chatBefore + row) : texts.Row(textBefore + row - chatPerStep))
            .Select(row => new TrainingSample(row, [.. row.Select(_ => true)]))]);
    }

    private static long[] Count(int[][] documents, int vocabulary)
    {
        long[] counts = new long[vocabulary];
        foreach (int id in documents.SelectMany(ids => ids))
        {
            counts[id]++;
        }

        return counts;
    }

    private static string Hash(IEnumerable<int[]> documents, PretrainRecipe recipe)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(recipe.DataDescription));
        foreach (int[] document in documents)
        {
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(document.AsSpan()));
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
