using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Tests.Adapters;

public sealed class PeftAdapterFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("assay-peft-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_saved_adapter_is_loaded_unchanged()
    {
        var plan = TinyModel.Plan();
        using var adapter = TinyModel.Adapter(plan);
        PeftAdapterFile.Save(folder, adapter);

        using var loaded = PeftAdapterFile.Load(folder, plan);

        Assert.Equal(14, loaded.Pairs.Count);
        Assert.All(adapter.Parameters.Zip(loaded.Parameters), pair =>
        {
            Assert.Equal(pair.First.Name, pair.Second.Name);
            Assert.True(pair.First.Value.equal(pair.Second.Value).all().item<bool>());
        });
    }

    [Fact]
    public void Files_that_do_not_fit_the_model_are_refused()
    {
        using var adapter = TinyModel.Adapter(TinyModel.Plan());
        PeftAdapterFile.Save(folder, adapter);
        var larger = TinyModel.Plan(TinyModel.Config.Replace("\"num_hidden_layers\":2", "\"num_hidden_layers\":3", StringComparison.Ordinal));
        var smaller = TinyModel.Plan(TinyModel.Config.Replace("\"num_hidden_layers\":2", "\"num_hidden_layers\":1", StringComparison.Ordinal));
        var wider = TinyModel.Plan(TinyModel.Config.Replace("\"intermediate_size\":40", "\"intermediate_size\":48", StringComparison.Ordinal));

        Assert.Contains("lacks", Refusal(larger), StringComparison.Ordinal);
        Assert.Contains("belong to no targeted layer", Refusal(smaller), StringComparison.Ordinal);
        Assert.Contains("has shape", Refusal(wider), StringComparison.Ordinal);

        string Refusal(DecoderPlan plan) => Assert.Throws<InvalidSafetensorsException>(() => PeftAdapterFile.Load(folder, plan)).Message;
    }

    [Fact]
    public void A_new_adapter_needs_a_layer_and_a_rank_that_fits()
    {
        var plan = TinyModel.Plan();

        Assert.Throws<InvalidModelConfigException>(() => LoraAdapter.Create(plan, PeftAdapterConfig.Create("tiny", 4, 8, ["nothing"]), 1));
        Assert.Contains("Rank 13", Assert.Throws<InvalidModelConfigException>(() => LoraAdapter.Create(plan, PeftAdapterConfig.Create("tiny", 13, 8, ["k_proj"]), 1)).Message, StringComparison.Ordinal);
    }
}
