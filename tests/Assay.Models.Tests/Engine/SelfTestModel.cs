using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Engine;

/// <summary>The model on which the packed path's accuracy is stated: D 192, 3 blocks, weights N(0, 0.02²), an adapter whose B is not zero.</summary>
internal static class SelfTestModel
{
    public const string Llama =
        """{"model_type":"llama","hidden_size":192,"intermediate_size":512,"num_attention_heads":6,"num_key_value_heads":2,"num_hidden_layers":3,"vocab_size":1000,"max_position_embeddings":2048,"tie_word_embeddings":true,"rms_norm_eps":1e-5}""";

    public static LoraAdapter Adapter(DecoderPlan plan, int rank = 8, double dropout = 0)
    {
        using var off = no_grad();
        var adapter = LoraAdapter.Create(plan, PeftAdapterConfig.Create("self-test", rank, 2 * rank, [], dropout), 7);
        foreach (var (name, value) in adapter.Parameters.Where(parameter => parameter.Name.Contains("lora_B", StringComparison.Ordinal)))
        {
            var random = new CounterRandom(11, name);
            using var values = tensor([.. Enumerable.Range(0, (int)value.numel()).Select(index => (float)(0.05 * random.Normal(index)))], value.shape);
            value.copy_(values);
        }

        return adapter;
    }

    /// <summary>Sequences of random ids whose second half is supervised.</summary>
    public static PackedTokens Tokens(int vocab, params int[] lengths)
    {
        var random = new CounterRandom(5, "tokens");
        int next = 0;
        int Id() => (int)(random.Bits(next++) % (ulong)vocab);
        return PackedTokens.Of([.. lengths.Select(length =>
        {
            int[] ids = [.. Enumerable.Range(0, length).Select(_ => Id())];
            int[] targets = [.. Enumerable.Range(0, length).Select(place => place + 1 < length && place >= length / 2 ? ids[place + 1] : PackedTokens.NotTrained)];
            return (ids, targets);
        })]);
    }

    /// <summary>Loss and gradients of the reference path, sequence by sequence, in the order of the adapter's parameters.</summary>
    public static (double Loss, List<Tensor> Gradients) Reference(ReferenceModel model, LoraAdapter adapter, PackedTokens tokens, double factor, long? dropoutStep = null)
    {
        var parameters = adapter.Parameters.Select(parameter => parameter.Value).ToList();
        parameters.ForEach(parameter => parameter.requires_grad = true);
        double total = 0;
        int first = 0;
        foreach (int length in tokens.Segments)
        {
            using var scope = NewDisposeScope();
            var ids = tensor(Array.ConvertAll(tokens.Ids[first..(first + length)], id => (long)id), 1, length);
            var targets = tensor(Array.ConvertAll(tokens.Targets[first..(first + length)], id => (long)id));
            var logits = model.Logits(model.Hidden(ids, new ForwardOptions { Adapter = adapter, DropoutStep = dropoutStep }), adapter).view(length, -1);
            var loss = nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.Sum);
            (loss * factor).backward();
            total += loss.item<float>();
            first += length;
        }

        var gradients = parameters.Select(parameter => parameter.grad!.clone()).ToList();
        parameters.ForEach(parameter =>
        {
            parameter.grad = null;
            parameter.requires_grad = false;
        });
        return (total, gradients);
    }

    /// <summary>√(Σ|a − b|² / Σ|b|²) over all tensors.</summary>
    public static double RelativeError(IEnumerable<Tensor> own, IEnumerable<Tensor> expected)
    {
        double difference = 0;
        double size = 0;
        foreach (var (a, b) in own.Zip(expected))
        {
            difference += (a - b).square().sum().item<float>();
            size += b.square().sum().item<float>();
        }

        return Math.Sqrt(difference / size);
    }
}
