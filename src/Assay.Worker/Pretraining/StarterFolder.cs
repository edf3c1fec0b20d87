using System.Security.Cryptography;
using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Data.Trace;
using Assay.Models.Generation;
using Assay.Models.Reference;
using Assay.Models.Training;

namespace Assay.Worker.Pretraining;

/// <summary>Writes a pre-trained model as a Hugging Face folder with its measurements and model card.</summary>
/// <param name="recipe">How it was made.</param>
/// <param name="folder">Folder that holds <c>config.json</c> and the tokenizer already.</param>
internal sealed class StarterFolder(PretrainRecipe recipe, string folder)
{
    private const int MeasuredRows = 128;

    private static readonly string[] Questions =
    [
        "What does List.Add do?",
        "What is Dictionary?",
        "What does String.Trim return?",
        "Describe the method File.ReadAllText.",
        "What is the cancellationToken parameter of Stream.ReadAsync?",
        "What does BigInteger.Pow do?",
    ];

    /// <summary>Writes weights, generation settings and model card.</summary>
    /// <param name="model">Trained weights.</param>
    /// <param name="tokenizer">The folder's tokenizer.</param>
    /// <param name="corpus">What it was trained on, and what was held out.</param>
    /// <param name="progress">Steps and tokens of the run.</param>
    public void Write(ReferenceModel model, Tokenizer tokenizer, DocumentationCorpus corpus, PretrainProgress progress)
    {
        string tokenizerHash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json"))));
        byte[] bits = ReferenceBits.FromCounts([.. progress.Data.TokenCounts], tokenizerHash).ToJson();
        DurableFile.Write(Path.Combine(folder, "reference_bits.json"), stream => stream.Write(bits));
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            model.Parameters.Select(parameter => TensorBytes.Content(parameter.Key, parameter.Value, TensorDtype.BF16)));
        DurableFile.WriteText(
            Path.Combine(folder, "generation_config.json"),
            """
            {
              "bos_token_id": 0,
              "eos_token_id": [4, 0],
              "pad_token_id": 0
            }

            """);

        // Measured and quoted is what others load: the weights rounded to bf16.
        using var checkpoint = SafetensorsCheckpoint.Open(folder);
        using var rounded = ReferenceModel.Load(model.Plan, checkpoint);
        var (loss, bitsPerByte, documents) = Measure(rounded, tokenizer, corpus.HeldOut);
        var card = new StarterCard(recipe, corpus, progress)
        {
            Parameters = model.Parameters.Values.Sum(parameter => parameter.numel()),
            HeldOutLoss = loss,
            HeldOutBitsPerByte = bitsPerByte,
            HeldOutDocuments = documents,
            Samples = [.. Questions.Select(question => (question, Answer(rounded, tokenizer, question)))],
        };
        DurableFile.WriteText(Path.Combine(folder, "README.md"), card.Text());
    }

    private static string Answer(ReferenceModel model, Tokenizer tokenizer, string question)
    {
        string conversation = StarterTokens.Conversation(question, "");
        int[] prompt = tokenizer.Encode(conversation[..^StarterTokens.EndOfTurn.Length]);
        var generator = new Generator(model, tokenizer, new HashSet<int> { 0, 4 }, TimeProvider.System);
        return generator.Generate(prompt, new GenerateOptions { Temperature = 0, MaxTokens = 80, RepetitionPenalty = 1.1 }, null, null, CancellationToken.None).Text;
    }

    private (double Loss, double BitsPerByte, int Documents) Measure(ReferenceModel model, Tokenizer tokenizer, IReadOnlyList<MemberDocument> documents)
    {
        int[][] ids = [.. documents.Select(document => (int[])[tokenizer.IdOf(StarterTokens.EndOfText)!.Value, .. tokenizer.Encode(document.Text)])];
        var packed = new PackedRows(ids, recipe.Context + 1, recipe.Seed, "held out");
        int count = (int)Math.Clamp(ids.Sum(document => (long)document.Length) / (recipe.Context + 1), 1, MeasuredRows);
        int[][] rows = [.. Enumerable.Range(0, count).Select(index => packed.Row(index))];
        using var target = new ReferenceTarget(model, null, fusedAttention: true);
        var measured = HeldOutLoss.Measure(target, [.. rows.Select(row => new TrainingSample(row, [.. row.Select(_ => true)]))], recipe.Rows, CancellationToken.None);
        long bytes = rows.Sum(row => row.Skip(1).Where(id => !tokenizer.IsSpecial(id)).Sum(id => (long)tokenizer.BytesOf(id).Length));
        return (measured.Loss, measured.Loss * measured.Tokens / Math.Log(2) / bytes, documents.Count);
    }
}
