using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Export;

/// <summary>Linear layers in NF4 with double quantisation, in the layout that transformers reads with bitsandbytes.</summary>
internal static class QuantisedExport
{
    /// <summary>The tensors of one quantised weight.</summary>
    /// <param name="source">The merged model.</param>
    /// <param name="weight">A linear layer's weight.</param>
    /// <param name="dtype">F32, F16 or BF16: the merged values are rounded to it before they are quantised.</param>
    public static IEnumerable<StreamedTensor> Tensors(ExportSource source, WeightPlan weight, TensorDtype dtype)
    {
        using var off = no_grad();
        using var merged = source.Weight(weight);
        using var rounded = merged.to(dtype switch
        {
            TensorDtype.BF16 => ScalarType.BFloat16,
            TensorDtype.F16 => ScalarType.Float16,
            _ => ScalarType.Float32,
        });
        return [.. Nf4Tensors.Contents(source.NameOf(weight), Nf4Weights.Quantise(rounded, weight))
            .Select(content => new StreamedTensor(content.Name, content.Dtype, content.Shape, stream => stream.Write(content.Bytes.Span)))];
    }

    /// <summary>What <c>config.json</c> says about it. Heads and routers are named as left alone, so that nobody looks for their scales.</summary>
    public static JsonObject Config(DecoderPlan plan)
    {
        var skipped = AdapterSlots.Gates(plan).Select(gate => gate.Name).Append(plan.Head.OwnTable[..^".weight".Length])
            .Select(name => name[(name.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal);
        return new JsonObject
        {
            ["bnb_4bit_compute_dtype"] = "float32",
            ["bnb_4bit_quant_storage"] = "uint8",
            ["bnb_4bit_quant_type"] = "nf4",
            ["bnb_4bit_use_double_quant"] = true,
            ["llm_int8_enable_fp32_cpu_offload"] = false,
            ["llm_int8_has_fp16_weight"] = false,
            ["llm_int8_skip_modules"] = new JsonArray([.. skipped.Select(name => (JsonNode)name)]),
            ["llm_int8_threshold"] = JsonNode.Parse("6.0"), // transformers wants a number with a point
            ["load_in_4bit"] = true,
            ["load_in_8bit"] = false,
            ["quant_method"] = "bitsandbytes",
        };
    }
}
