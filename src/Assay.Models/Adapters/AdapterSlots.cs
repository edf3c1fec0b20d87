using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Adapters;

/// <summary>What an adapter's configuration covers in a model: which layers get a pair, which weights are replaced.</summary>
/// <param name="Linears">Adapted layers in the order data flows.</param>
/// <param name="Whole">Replaced weights: modules stored whole, then biases, each in the plan's order.</param>
internal sealed record AdapterSlots(IReadOnlyList<LinearModule> Linears, IReadOnlyList<WholeSlot> Whole)
{
    /// <summary>Every layer that can have a pair: those inside the blocks in the order data flows, then routers and shared gates.</summary>
    public static IEnumerable<LinearModule> Adaptable(DecoderPlan plan) => plan.Linears.Concat(Gates(plan));

    /// <exception cref="InvalidModelConfigException">The configuration names nothing of the model, or something that cannot be adapted.</exception>
    public static AdapterSlots Of(DecoderPlan plan, PeftAdapterConfig config)
    {
        // "all-linear" leaves routers as they are; a list or an expression that PEFT has written names them.
        var linears = (config.TargetsAllLinear ? plan.Linears : Adaptable(plan)).Where(linear => config.Targets(linear.Name)).ToList();
        if (linears.Count == 0)
        {
            throw new InvalidModelConfigException("target_modules names no linear layer of this model, so there is nothing to adapt.");
        }

        var weights = Weights(plan).ToList();
        RefuseOtherTargets(weights, linears, config);
        var modules = new Dictionary<string, bool>(StringComparer.Ordinal);
        var whole = weights.Select(weight => (Weight: weight, Module: SavedModule(weight.Name, config, modules)))
            .Where(found => found.Module is not null)
            .Select(found => new WholeSlot(found.Weight, found.Weight.Name, $"{found.Module}.modules_to_save.default{found.Weight.Name[found.Module!.Length..]}", Required: true))
            .ToList();
        if (config.ModulesToSave.Count > 0 && whole.Count == 0)
        {
            throw new InvalidModelConfigException($"modules_to_save = {string.Join(", ", config.ModulesToSave)} names no module of this model.");
        }

        var taken = whole.Select(slot => slot.Weight.Name).ToHashSet(StringComparer.Ordinal);
        whole.AddRange(Biases(weights, linears, config).Where(slot => !taken.Contains(slot.Weight.Name)));
        return new AdapterSlots(linears, whole);
    }

    /// <summary>Routers and shared gates of mixtures of experts.</summary>
    public static IEnumerable<LinearModule> Gates(DecoderPlan plan) => plan.Blocks.Select(block => block.Mlp).OfType<ExpertsMlp>().SelectMany(mlp => mlp.Gates);

    private static IEnumerable<WeightPlan> Weights(DecoderPlan plan) =>
        plan.Head.Tied ? plan.Weights().Append(new WeightPlan(plan.Head.OwnTable, [plan.Vocab, plan.Hidden])) : plan.Weights();

    /// <summary>PEFT would put pairs on a named head or embedding too; leaving them out silently would train something else.</summary>
    private static void RefuseOtherTargets(List<WeightPlan> weights, List<LinearModule> linears, PeftAdapterConfig config)
    {
        if (config.TargetsAllLinear)
        {
            return;
        }

        var known = linears.Select(linear => linear.Name).ToHashSet(StringComparer.Ordinal);
        string? other = weights.Where(weight => weight.Shape.Count == 2 && weight.Name.EndsWith(".weight", StringComparison.Ordinal))
            .Select(weight => weight.Name[..^".weight".Length])
            .FirstOrDefault(module => !known.Contains(module) && config.Targets(module));
        if (other is not null)
        {
            throw new InvalidModelConfigException(
                $"target_modules names '{other}', but a head or an embedding gets no LoRA pair here. List it in modules_to_save to train it whole, or in exclude_modules.");
        }
    }

    /// <summary>The outermost module of a weight that is stored whole, or null.</summary>
    private static string? SavedModule(string weight, PeftAdapterConfig config, Dictionary<string, bool> known)
    {
        for (int dot = weight.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = weight.IndexOf('.', dot + 1))
        {
            string module = weight[..dot];
            if (!known.TryGetValue(module, out bool saved))
            {
                known.Add(module, saved = config.Saves(module));
            }

            if (saved)
            {
                return module;
            }
        }

        return null;
    }

    /// <remarks>
    /// PEFT trains and stores whatever has "bias" in its name. Under an adapted layer the key has <c>base_layer</c>.
    /// For <c>lora_only</c> it stores nothing up to version 0.19 (its issue 3306), so those may be absent.
    /// </remarks>
    private static IEnumerable<WholeSlot> Biases(List<WeightPlan> weights, List<LinearModule> linears, PeftAdapterConfig config)
    {
        var adapted = linears.Where(linear => linear.Bias).Select(linear => $"{linear.Name}.bias").ToHashSet(StringComparer.Ordinal);
        return weights
            .Where(weight => config.Bias switch
            {
                PeftBias.All => weight.Name.Contains("bias", StringComparison.Ordinal),
                PeftBias.LoraOnly => adapted.Contains(weight.Name),
                _ => false,
            })
            .Select(weight =>
            {
                string key = adapted.Contains(weight.Name) ? $"{weight.Name[..^"bias".Length]}base_layer.bias" : weight.Name;
                return new WholeSlot(weight, key, key, Required: config.Bias is PeftBias.All);
            });
    }
}
