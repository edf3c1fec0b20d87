using System.Text.RegularExpressions;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine;

/// <summary>Matches a plan's weights with the names in a checkpoint, which may add or lack the base prefix and may carry buffers.</summary>
public static partial class WeightNames
{
    /// <summary>Name in the file of each planned weight, by the name the plan has for it.</summary>
    /// <param name="plan">What is needed.</param>
    /// <param name="stored">Names of all tensors of the checkpoint.</param>
    /// <exception cref="InvalidSafetensorsException">Weights are missing or unknown; up to five are named.</exception>
    public static IReadOnlyDictionary<string, string> Match(DecoderPlan plan, IReadOnlyCollection<string> stored)
    {
        var remaining = stored.ToHashSet(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var weight in plan.Weights())
        {
            string other = weight.Name.StartsWith(plan.Prefix, StringComparison.Ordinal) ? weight.Name[plan.Prefix.Length..] : plan.Prefix + weight.Name;
            string? found = remaining.Contains(weight.Name) ? weight.Name : remaining.Contains(other) ? other : null;
            if (found is null)
            {
                missing.Add(weight.Name);
            }
            else
            {
                remaining.Remove(found);
                names.Add(weight.Name, found);
            }
        }

        var present = names.Values.ToHashSet(StringComparer.Ordinal);
        remaining.RemoveWhere(name => Nf4Tensors.WeightOf(name) is { } quantised && present.Contains(quantised));
        remaining.RemoveWhere(name => Buffers().IsMatch(name) || (plan.Head.Tied && Heads().IsMatch(name)) || plan.Unused.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
        Refuse("lacks", "implies", missing);
        Refuse("has unknown", "does not imply", [.. remaining]);
        return names;
    }

    /// <summary>Checks that a checkpoint holds exactly a plan's weights, each in its shape, without reading their values.</summary>
    /// <exception cref="InvalidSafetensorsException">Weights are missing, unknown or of another shape.</exception>
    public static void CheckShapes(DecoderPlan plan, SafetensorsCheckpoint checkpoint)
    {
        var names = Match(plan, checkpoint.Names);
        foreach (var weight in plan.Weights())
        {
            string name = names[weight.Name];
            if (Nf4Tensors.ShapeOf(checkpoint, name) is { } quantised)
            {
                CheckShape(weight with { Shape = weight.QuantisedShape }, name, quantised);
            }
            else
            {
                CheckShape(weight, checkpoint.Find(name)!.Value.Entry);
            }
        }
    }

    /// <exception cref="InvalidSafetensorsException">The stored shape is not the planned one.</exception>
    internal static void CheckShape(WeightPlan weight, TensorEntry entry) => CheckShape(weight, entry.Name, entry.Shape);

    /// <exception cref="InvalidSafetensorsException">The shape is not the planned one.</exception>
    internal static void CheckShape(WeightPlan weight, string name, IReadOnlyList<long> shape)
    {
        if (!shape.SequenceEqual(weight.Shape))
        {
            throw new InvalidSafetensorsException(
                $"Weight '{name}' has shape [{string.Join(", ", shape)}], but config.json implies [{string.Join(", ", weight.Shape)}].");
        }
    }

    private static void Refuse(string what, string how, List<string> names)
    {
        if (names.Count > 0)
        {
            string first = string.Join(", ", names.Order(StringComparer.Ordinal).Take(5));
            throw new InvalidSafetensorsException($"The checkpoint {what} {names.Count} weights that config.json {how}: {first}{(names.Count > 5 ? ", …" : "")}.");
        }
    }

    // Rotary frequencies and causal masks that older files carry. Only names that no plan asks for get here, so a real bias is never dropped.
    [GeneratedRegex(@"(^|\.)(rotary_emb|rotary_pos_emb)\.inv_freq$|(^|\.)h\.\d+\.attn\.(bias|masked_bias)$|(^|\.)layers\.\d+\.attention\.(bias|masked_bias)$")]
    private static partial Regex Buffers();

    [GeneratedRegex(@"(^|\.)(lm_head|embed_out|output_layer)\.weight$")]
    private static partial Regex Heads();
}
