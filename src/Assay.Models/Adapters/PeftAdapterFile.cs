using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>Adapters as PEFT stores them: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c> in one folder.</summary>
/// <remarks>
/// Keys after <c>base_model.model.</c>: <c>M.lora_A.weight</c> [R, K], <c>M.lora_B.weight</c> [O, R], <c>M.lora_magnitude_vector</c> [O];
/// a module stored whole under its own names; a bias under its own name, or <c>M.base_layer.bias</c> where M is adapted. Source: PEFT 0.18, <c>get_peft_model_state_dict</c>.
/// </remarks>
public static class PeftAdapterFile
{
    private const string Prefix = "base_model.model.";
    private const string Weights = "adapter_model.safetensors";

    /// <summary>Loads an adapter for a model.</summary>
    /// <param name="folder">Folder with both files.</param>
    /// <param name="plan">The base model.</param>
    /// <param name="seed">Seed of the dropout masks if it is trained further.</param>
    /// <exception cref="InvalidModelConfigException">The configuration is broken, asks for something unsupported, or fits no layer.</exception>
    /// <exception cref="InvalidSafetensorsException">Tensors are missing, unknown or of another shape.</exception>
    public static LoraAdapter Load(string folder, DecoderPlan plan, ulong seed = 0)
    {
        var config = PeftAdapterConfig.Load(folder);
        var slots = AdapterSlots.Of(plan, config);
        using var file = SafetensorsFile.Open(Path.Combine(folder, Weights));
        using var read = new Reading(file);
        var dropout = config.Dropout > 0 ? new LoraDropout(config.Dropout, seed) : null;
        var pairs = new List<LoraPair>();
        foreach (var linear in slots.Linears)
        {
            int rank = config.RankOf(linear.Name);
            var a = read.Take($"{linear.Name}.lora_A.weight", [rank, linear.In]);
            var b = read.Take($"{linear.Name}.lora_B.weight", [linear.Out, rank]);
            var magnitude = config.Dora ? read.Take($"{linear.Name}.lora_magnitude_vector", [linear.Out]) : null;
            pairs.Add(new LoraPair(linear.Name, a, b, config.ScaleOf(linear.Name), dropout, magnitude));
        }

        var whole = slots.Whole.Where(slot => slot.Required || read.Has(slot.Key)).Select(slot => new WholeWeight(slot, read.Take(slot.Key, slot.Weight.Shape))).ToList();
        return new LoraAdapter(plan, config, pairs, whole, read.Complete());
    }

    /// <summary>Writes both files; PEFT loads them. The folder is made when absent.</summary>
    /// <param name="folder">Target folder.</param>
    /// <param name="adapter">What to write: in the stored formats while they hold every value, else all in fp32, so that training loses nothing.</param>
    public static void Save(string folder, LoraAdapter adapter)
    {
        Directory.CreateDirectory(folder);
        var tensors = adapter.Tensors(trained: false).ToList();
        bool exact = tensors.TrueForAll(tensor => TensorBytes.Holds(Dtype(tensor.Name), tensor.Value));
        SafetensorsWriter.Write(
            Path.Combine(folder, Weights),
            tensors.Select(tensor => TensorBytes.Content(Prefix + tensor.Name, tensor.Value, exact ? Dtype(tensor.Name) : TensorDtype.F32)));
        DurableFile.WriteText(Path.Combine(folder, "adapter_config.json"), adapter.Config.ToJson());

        TensorDtype Dtype(string name) => adapter.StoredDtypes.GetValueOrDefault(name, TensorDtype.F32);
    }

    /// <summary>The tensors of a file, each taken once; those that were read are released when the file does not fit.</summary>
    private sealed class Reading(SafetensorsFile file) : IDisposable
    {
        private readonly Dictionary<string, TensorDtype> stored = new(StringComparer.Ordinal);
        private readonly List<Tensor> taken = [];

        public bool Has(string key) => file.Find(Prefix + key) is not null;

        public Tensor Take(string key, IReadOnlyList<long> shape)
        {
            string name = Prefix + key;
            var entry = file.Find(name) ?? throw new InvalidSafetensorsException($"{Weights} lacks '{name}', which adapter_config.json implies.");
            if (!entry.Shape.SequenceEqual(shape))
            {
                throw new InvalidSafetensorsException($"'{name}' has shape [{string.Join(", ", entry.Shape)}]; the model and adapter_config.json imply [{string.Join(", ", shape)}].");
            }

            var value = TensorBytes.ToFloat32(file, entry).DetachFromDisposeScope();
            taken.Add(value);
            using var finite = value.isfinite();
            using var all = finite.all();
            if (!all.item<bool>())
            {
                throw new InvalidSafetensorsException($"'{name}' holds a number that is not finite, so every reply would be nonsense. Train the adapter again with a lower learning rate.");
            }

            stored.Add(key, entry.Dtype is TensorDtype.BF16 or TensorDtype.F16 ? entry.Dtype : TensorDtype.F32);
            return value;
        }

        /// <summary>Hands the tensors over.</summary>
        public Dictionary<string, TensorDtype> Complete()
        {
            var unused = file.Header.Tensors.Select(tensor => tensor.Name).Where(name => !name.StartsWith(Prefix, StringComparison.Ordinal) || !stored.ContainsKey(name[Prefix.Length..])).ToList();
            if (unused.Count > 0)
            {
                throw new InvalidSafetensorsException($"{Weights} holds {unused.Count} tensors that belong to no targeted layer: {string.Join(", ", unused.Order(StringComparer.Ordinal).Take(5))}.");
            }

            taken.Clear();
            return stored;
        }

        public void Dispose() => taken.ForEach(tensor => tensor.Dispose());
    }
}
