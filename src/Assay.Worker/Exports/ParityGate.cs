using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;
using Assay.Models.Export;

namespace Assay.Worker.Exports;

/// <summary>Loads what was exported again and compares it with the model that was tested. Both compute in fp32, so that what differs is in the files.</summary>
internal static class ParityGate
{
    private const int ReplyTokens = 32;

    /// <summary>The verdict on a written model.</summary>
    /// <param name="model">The base.</param>
    /// <param name="adapterFolder">The adapter that is served with it, or null.</param>
    /// <param name="target">What was written.</param>
    /// <param name="cancel">Ends the comparison.</param>
    public static ParityReport Check(BaseModel model, string? adapterFolder, ExportTarget target, CancellationToken cancel)
    {
        using var adapter = adapterFolder is null ? null : PeftAdapterFile.Load(adapterFolder, model.Plan);
        if (target.Format == "gguf")
        {
            using var source = ExportSource.Open(model, adapterFolder);
            using var read = GgufModel.Load(target.Path, source.Plan);
            using var weights = DecodeWeights.Of(read);
            return Compare(model, adapter, (weights, null), target.Limit(StoredType(model)), cancel);
        }

        using var again = BaseModel.Load(target.Path);
        using var written = again.OpenDecodeWeights(WeightFormat.Fp32);
        return Compare(model, adapter, (written, null), target.Limit(StoredType(model)), cancel);
    }

    /// <summary>The verdict on a copied adapter.</summary>
    /// <param name="model">The base.</param>
    /// <param name="adapterFolder">The adapter that is served with it.</param>
    /// <param name="copy">The copy's folder.</param>
    /// <param name="cancel">Ends the comparison.</param>
    public static ParityReport CheckAdapter(BaseModel model, string adapterFolder, string copy, CancellationToken cancel)
    {
        using var adapter = PeftAdapterFile.Load(adapterFolder, model.Plan);
        using var again = PeftAdapterFile.Load(copy, model.Plan);
        using var weights = model.OpenDecodeWeights(WeightFormat.Fp32);
        using var attached = new DecodeAdapter(weights, again);
        return Compare(model, adapter, (weights, attached), ParityLimit.Full, cancel);
    }

    private static ParityReport Compare(BaseModel model, LoraAdapter? adapter, (DecodeWeights Weights, DecodeAdapter? Adapter) exported, ParityLimit limit, CancellationToken cancel)
    {
        using var weights = model.OpenDecodeWeights(WeightFormat.Fp32);
        using var attached = adapter is null ? null : new DecodeAdapter(weights, adapter);
        return ParityCheck.Compare((weights, attached), exported, [.. ParityPrompts.All.Select(prompt => Encode(model, prompt))], ReplyTokens, limit, model.EndIds, cancel);
    }

    private static int[] Encode(BaseModel model, string prompt) =>
        model.Template is null ? model.Tokenizer.Encode(prompt) : model.EncodePrompt([new ChatMessage("user", prompt)], DateTimeOffset.UnixEpoch);

    private static TensorDtype StoredType(BaseModel model)
    {
        using var source = ExportSource.Open(model, adapterFolder: null);
        return source.Plan.Weights().Any(weight => source.DtypeOf(weight) != TensorDtype.F32) ? TensorDtype.BF16 : TensorDtype.F32;
    }
}
