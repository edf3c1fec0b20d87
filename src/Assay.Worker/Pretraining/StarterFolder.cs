using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Reference;

namespace Assay.Worker.Pretraining;

/// <summary>Writes a finished starter model as a Hugging Face folder.</summary>
internal sealed class StarterFolder(PretrainRecipe recipe, string folder, TextWriter log)
{
    public void Write(ReferenceModel model, TokenizerJson tokenizer, DocumentationCorpus corpus, PretrainPlan plan)
    {
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            model.Parameters.Select(parameter => TensorBytes.Content(parameter.Key, parameter.Value, TensorDtype.BF16)));
        log.WriteLine($"{recipe.Name}: {tokenizer.VocabularySize} {corpus.Files} {plan.Steps}");
    }
}
