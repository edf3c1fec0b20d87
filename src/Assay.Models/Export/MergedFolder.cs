using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Export;

/// <summary>Writes a merged model in Hugging Face layout: weights, the base's configuration, tokenizer and licence.</summary>
public static class MergedFolder
{
    /// <summary>Usual size of a shard.</summary>
    public const long UsualShardBytes = 5L << 30;

    private static readonly string[] Copied =
    [
        "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "chat_template.jinja", "chat_template.json", "LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE", "NOTICE.txt",
    ];

    /// <summary>Writes a new folder; it appears under its name when it is whole.</summary>
    /// <param name="source">The merged model.</param>
    /// <param name="folder">Must not exist.</param>
    /// <param name="dtype">F32, F16 or BF16 for all weights, or null to keep each weight's stored type.</param>
    /// <param name="shardBytes">Weights above this are split into several files.</param>
    /// <param name="nf4">Store the linear layers of the blocks in NF4, double-quantised from values in <paramref name="dtype"/>; all of them are held in memory at once, half a byte a weight.</param>
    /// <exception cref="IOException">The folder exists, or cannot be written.</exception>
    /// <exception cref="OverflowException">A value does not fit half precision; the message names the weight.</exception>
    public static void Write(ExportSource source, string folder, TensorDtype? dtype, long shardBytes = UsualShardBytes, bool nf4 = false)
    {
        if (dtype is not (null or TensorDtype.F32 or TensorDtype.F16 or TensorDtype.BF16))
        {
            throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Weights are written as F32, F16 or BF16.");
        }

        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.Exists(target))
        {
            throw new IOException($"'{folder}' exists already. Give a name that is free.");
        }

        string parts = $"{target}.partial-{Environment.ProcessId}";
        Directory.CreateDirectory(parts);
        try
        {
            WriteWeights(source, parts, dtype, shardBytes, nf4);
            WriteConfig(source, parts, dtype, nf4);
            var ranks = Directory.EnumerateFiles(source.Folder, "*.tiktoken").Select(path => Path.GetFileName(path)!);
            foreach (string name in Copied.Where(name => File.Exists(Path.Combine(source.Folder, name))).Concat(ranks))
            {
                DurableFile.Write(Path.Combine(parts, name), stream =>
                {
                    using var original = File.OpenRead(Path.Combine(source.Folder, name));
                    original.CopyTo(stream);
                });
            }

            Directory.Move(parts, target);
            DurableFile.SyncFolder(Path.GetDirectoryName(target)!);
        }
        catch
        {
            Directory.Delete(parts, recursive: true);
            throw;
        }
    }

    private static void WriteWeights(ExportSource source, string folder, TensorDtype? dtype, long shardBytes, bool nf4)
    {
        var quantised = nf4 ? source.Plan.Linears.Select(linear => $"{linear.Name}.weight").ToHashSet(StringComparer.Ordinal) : [];
        List<StreamedTensor> tensors = [.. source.Plan.Weights().DistinctBy(weight => weight.Name).SelectMany(weight => quantised.Contains(weight.Name)
            ? QuantisedExport.Tensors(source, weight, dtype ?? source.DtypeOf(weight))
            : [Streamed(source, weight, dtype ?? source.DtypeOf(weight))])];
        var shards = Split(tensors, shardBytes);
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), shards[0]);
            return;
        }

        var map = new JsonObject();
        foreach (var (index, shard) in shards.Index())
        {
            string name = $"model-{index + 1:D5}-of-{shards.Count:D5}.safetensors";
            SafetensorsWriter.Write(Path.Combine(folder, name), shard);
            foreach (var tensor in shard)
            {
                map[tensor.Name] = name;
            }
        }

        var root = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = tensors.Sum(tensor => tensor.Length) }, ["weight_map"] = map };
        WriteJson(Path.Combine(folder, "model.safetensors.index.json"), root);
    }

    private static List<List<StreamedTensor>> Split(List<StreamedTensor> tensors, long shardBytes)
    {
        var shards = new List<List<StreamedTensor>> { new() };
        long size = 0;
        foreach (var tensor in tensors)
        {
            if (size + tensor.Length > shardBytes && shards[^1].Count > 0)
            {
                shards.Add([]);
                size = 0;
            }

            shards[^1].Add(tensor);
            size += tensor.Length;
        }

        return shards;
    }

    private static StreamedTensor Streamed(ExportSource source, WeightPlan weight, TensorDtype dtype) => new(source.NameOf(weight), dtype, weight.Shape, stream =>
    {
        using var merged = source.Weight(weight);
        if (dtype is TensorDtype.F16)
        {
            using var largest = merged.abs().max().to(ScalarType.Float32);
            float value = largest.item<float>();
            if (!(value <= (float)Half.MaxValue))
            {
                throw new OverflowException($"Weight '{weight.Name}' holds {value}, which does not fit into half precision. Choose bf16 or f32.");
            }
        }

        TensorRows.Each<byte>(merged, TypeOf(dtype), piece => stream.Write(piece));
    });

    private static ScalarType TypeOf(TensorDtype dtype) => dtype switch
    {
        TensorDtype.F32 => ScalarType.Float32,
        TensorDtype.F16 => ScalarType.Float16,
        TensorDtype.BF16 => ScalarType.BFloat16,
        _ => ScalarType.Float64,
    };

    // The base's file, but true to what was written.
    private static void WriteConfig(ExportSource source, string folder, TensorDtype? dtype, bool nf4)
    {
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(source.Folder, "config.json")))!.AsObject();
        config.Remove("quantization_config");
        if (nf4)
        {
            config["quantization_config"] = QuantisedExport.Config(source.Plan);
        }

        if (dtype is { } written)
        {
            string name = written switch
            {
                TensorDtype.F32 => "float32",
                TensorDtype.F16 => "float16",
                _ => "bfloat16",
            };
            config[config.ContainsKey("torch_dtype") ? "torch_dtype" : "dtype"] = name;
        }

        if (!source.Plan.Head.Tied)
        {
            config["tie_word_embeddings"] = false;
        }

        WriteJson(Path.Combine(folder, "config.json"), config);
    }

    private static void WriteJson(string path, JsonNode node) =>
        DurableFile.WriteText(path, node.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
}
