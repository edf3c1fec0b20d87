using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;

namespace Assay.Models.Tests.Reference;

public sealed class WeightLoadingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("assay-weights-").FullName;
    private readonly DecoderPlan plan = TinyModel.Plan();
    private readonly Dictionary<string, long[]> weights;

    public WeightLoadingTests() => weights = plan.Weights().ToDictionary(weight => weight.Name, weight => weight.Shape.ToArray());

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Names_may_lack_the_base_prefix_and_carry_what_needs_no_place()
    {
        foreach (string name in weights.Keys.ToList())
        {
            weights.Remove(name, out long[]? shape);
            weights.Add(name["model.".Length..], shape!);
        }

        weights.Add("layers.0.self_attn.rotary_emb.inv_freq", [3]);
        weights.Add("lm_head.weight", [61, 24]);

        using var model = Load();

        Assert.Contains("model.embed_tokens.weight", model.Parameters.Keys);
        Assert.DoesNotContain("lm_head.weight", model.Parameters.Keys);
    }

    [Fact]
    public void Missing_unknown_and_misshapen_weights_are_named()
    {
        weights.Remove("model.norm.weight");
        Assert.Contains("lacks 1 weights that config.json implies: model.norm.weight", Refusal(), StringComparison.Ordinal);
        weights.Add("model.norm.weight", [24]);

        for (int extra = 0; extra < 7; extra++)
        {
            weights.Add($"model.layers.{extra}.extra", [1]);
        }

        Assert.Contains("has unknown 7 weights", Refusal(), StringComparison.Ordinal);
        Assert.Contains("model.layers.4.extra, …", Refusal(), StringComparison.Ordinal);
        weights.Keys.Where(name => name.EndsWith("extra", StringComparison.Ordinal)).ToList().ForEach(name => weights.Remove(name));

        weights["model.norm.weight"] = [25];
        Assert.Contains("'model.norm.weight' has shape [25]", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_are_no_weights()
    {
        Write(TensorDtype.I32);
        using var checkpoint = SafetensorsCheckpoint.Open(folder);

        Assert.Contains("dtype I32", Assert.Throws<InvalidSafetensorsException>(() => ReferenceModel.Load(plan, checkpoint)).Message, StringComparison.Ordinal);
    }

    private string Refusal() => Assert.Throws<InvalidSafetensorsException>(Load).Message;

    private ReferenceModel Load()
    {
        Write(TensorDtype.F32);
        using var checkpoint = SafetensorsCheckpoint.Open(folder);
        return ReferenceModel.Load(plan, checkpoint);
    }

    private void Write(TensorDtype dtype) => SafetensorsWriter.Write(
        Path.Combine(folder, "model.safetensors"),
        weights.Select(weight => new TensorContent(weight.Key, dtype, weight.Value, new byte[4 * weight.Value.Aggregate(1L, (count, size) => count * size)])));
}
