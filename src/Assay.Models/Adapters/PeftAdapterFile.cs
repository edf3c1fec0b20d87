using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>Adapters as PEFT stores them: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c> in one folder.</summary>
public static class PeftAdapterFile
{
    private const string Prefix = "base_model.model.";
    private const string Weights = "adapter_model.safetensors";

    /// <summary>Loads an adapter for a model.</summary>
    /// <param name="folder">Folder with both files.</param>
    /// <param name="plan">The base model.</param>
    /// <exception cref="InvalidModelConfigException">The configuration is broken, asks for something unsupported, or fits no layer.</exception>
    /// <exception cref="InvalidSafetensorsException">Tensors are missing, unknown or of another shape.</exception>
    public static LoraAdapter Load(string folder, DecoderPlan plan)
    {
        var config = PeftAdapterConfig.Load(folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, Weights));
        var unused = file.Header.Tensors.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var pairs = new List<LoraPair>();
        foreach (var linear in plan.Linears.Where(linear => config.Targets(linear.Name)))
        {
            int rank = config.RankOf(linear.Name);
            var a = Read(file, unused, $"{Prefix}{linear.Name}.lora_A.weight", [rank, linear.In]);
            var b = Read(file, unused, $"{Prefix}{linear.Name}.lora_B.weight", [linear.Out, rank]);
            pairs.Add(new LoraPair(linear.Name, a, b, config.ScaleOf(linear.Name), (config.Dropout, 0)));
        }

        var dtype = file.Header.Tensors.Count > 0 ? file.Header.Tensors[0].Dtype : TensorDtype.F32;
        var adapter = new LoraAdapter(config, pairs, dtype is TensorDtype.BF16 ? dtype : TensorDtype.F32);
        if (pairs.Count == 0 || unused.Count > 0)
        {
            adapter.Dispose();
            throw pairs.Count == 0
                ? new InvalidModelConfigException("target_modules names no linear layer of this model.")
                : new InvalidSafetensorsException($"{Weights} holds {unused.Count} tensors that belong to no targeted layer: {string.Join(", ", unused.Order(StringComparer.Ordinal).Take(5))}.");
        }

        return adapter;
    }

    /// <summary>Writes both files; PEFT loads them. The folder is made when absent.</summary>
    /// <param name="folder">Target folder.</param>
    /// <param name="adapter">What to write.</param>
    public static void Save(string folder, LoraAdapter adapter)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(
            Path.Combine(folder, Weights),
            adapter.Parameters.Select(parameter => TensorBytes.Content(Prefix + parameter.Name, parameter.Value, adapter.StoredDtype)));
        DurableFile.WriteText(Path.Combine(folder, "adapter_config.json"), adapter.Config.ToJson());
    }

    private static Tensor Read(SafetensorsFile file, HashSet<string> unused, string name, long[] shape)
    {
        var entry = file.Find(name) ?? throw new InvalidSafetensorsException($"{Weights} lacks '{name}', although adapter_config.json targets its layer.");
        if (!entry.Shape.SequenceEqual(shape))
        {
            throw new InvalidSafetensorsException($"'{name}' has shape [{string.Join(", ", entry.Shape)}]; the model and adapter_config.json imply [{string.Join(", ", shape)}].");
        }

        unused.Remove(name);
        return TensorBytes.ToFloat32(file, entry).DetachFromDisposeScope();
    }
}
