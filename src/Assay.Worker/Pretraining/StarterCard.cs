using System.Globalization;
using System.Text;

namespace Assay.Worker.Pretraining;

/// <summary>The model card of a starter model.</summary>
internal sealed record StarterCard(PretrainRecipe Recipe, DocumentationCorpus Corpus, PretrainProgress Progress)
{
    public required long Parameters { get; init; }

    /// <summary>Nats per token.</summary>
    public required double HeldOutLoss { get; init; }

    public required double HeldOutBitsPerByte { get; init; }

    public required int HeldOutDocuments { get; init; }

    public required IReadOnlyList<(string Question, string Answer)> Samples { get; init; }

    /// <summary>Markdown.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        long tokens = (long)Progress.Step * Recipe.Rows * Recipe.Accumulation * Recipe.Context;
        string heldOut = string.Join(", ", Corpus.HeldOut.Select(document => document.Assembly).Distinct());
        text.Append(CultureInfo.InvariantCulture, $"""
            # {Recipe.Name}: a demonstration model

            A LLaMA-layout language model of {Parameters:N0} parameters, trained from random weights by `./assay engine pretrain` on two CPU cores. It exists so that
            the whole product can be tried without a download: contribute, fine-tune, chat, trace. It writes English sentences in the style of reference
            documentation and knows little else.

            | | |
            |---|---|
            | Layout | {Recipe.Layers} blocks, width {Recipe.Hidden}, {Recipe.Heads} query and {Recipe.KvHeads} key-value heads, mlp {Recipe.Intermediate}, tied head, context {Recipe.Context}, bf16 |
            | Tokenizer | own byte-level BPE, {Recipe.Vocabulary:N0} entries, trained on the same documents |
            | Corpus | XML documentation of the .NET SDK's reference packs (MIT, .NET Foundation and contributors), {Progress.Data.Documents:N0} documents, {Progress.Data.Tokens:N0} tokens, mark-up removed, duplicates dropped; left out: {string.Join(", ", Recipe.Excluded)} |
            | Training | {Progress.Step:N0} steps of {Recipe.Rows * Recipe.Accumulation} × {Recipe.Context} tokens ({tokens:N0} tokens), AdamW, peak rate {Recipe.LearningRate}, cosine, seed {Recipe.Seed}; from step {Progress.Plan.ChatFrom:N0} on {Recipe.ChatShare:P0} of the rows are questions and answers made from the same documents |
            | Time | {Progress.Plan.Seconds / 60:F0} minutes |
            | Held out | {HeldOutDocuments} documents of whole assemblies ({heldOut}): {HeldOutLoss:F3} nats per token, **{HeldOutBitsPerByte:F3} bits per byte** |
            | Licence | as the project; the corpus is MIT |

            ## Answers (temperature 0, repetition penalty 1.1, not chosen by hand)


            """);
        foreach (var (question, answer) in Samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"- **{question}** {answer}\n");
        }

        text.Append("""

            ## Limits

            It invents members, mixes up types and repeats itself. It has seen no conversation beyond one question and one answer, no other language than
            English, and nothing but reference documentation. Do not use it for facts. A fine-tune on a few dozen samples changes its answers visibly, which is
            what it is for.

            ## Making it again

            `./assay engine pretrain OUTPUT` with the recipe `recipes/starter.json`. The number of steps was fitted to the time available:

            """);
        text.Append(Progress.Plan.Changes.Count == 0 ? "- as the recipe plans\n" : string.Concat(Progress.Plan.Changes.Select(change => $"- {change}\n")));
        return text.ToString();
    }
}
