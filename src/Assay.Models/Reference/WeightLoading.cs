using System.Text.RegularExpressions;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Matches a plan's weights with a checkpoint's and loads them as fp32.</summary>
internal static partial class WeightLoading
{
    /// <exception cref="InvalidSafetensorsException">Weights are missing, unknown or of another shape; up to five are named.</exception>
    public static Dictionary<string, Tensor> Load(DecoderPlan plan, SafetensorsCheckpoint checkpoint)
    {
        var names = Match(plan, checkpoint.Names);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var weight in plan.Weights())
        {
            var (file, entry) = checkpoint.Find(names[weight.Name])!.Value;
            if (!entry.Shape.SequenceEqual(weight.Shape))
            {
                throw new InvalidSafetensorsException(
                    $"Weight '{entry.Name}' has shape [{string.Join(", ", entry.Shape)}], but config.json implies [{string.Join(", ", weight.Shape)}].");
            }

            tensors.Add(weight.Name, TensorBytes.ToFloat32(file, entry).DetachFromDisposeScope());
        }

        return tensors;
    }

    /// <summary>Name of each planned weight in the file, which may add or lack the base prefix.</summary>
    private static Dictionary<string, string> Match(DecoderPlan plan, IReadOnlyCollection<string> stored)
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

        remaining.RemoveWhere(name => Ignored().IsMatch(name) || (plan.Head.Tied && name.EndsWith("lm_head.weight", StringComparison.Ordinal)));
        Refuse("lacks", missing);
        Refuse("has unknown", [.. remaining]);
        return names;
    }

    private static void Refuse(string what, List<string> names)
    {
        if (names.Count > 0)
        {
            string first = string.Join(", ", names.Order(StringComparer.Ordinal).Take(5));
            throw new InvalidSafetensorsException($"The checkpoint {what} {names.Count} weights that config.json {(what == "lacks" ? "implies" : "does not imply")}: {first}{(names.Count > 5 ? ", …" : "")}.");
        }
    }

    [GeneratedRegex(@"(^|\.)(rotary_emb|rotary_pos_emb)\.inv_freq$")]
    private static partial Regex Ignored();
}
