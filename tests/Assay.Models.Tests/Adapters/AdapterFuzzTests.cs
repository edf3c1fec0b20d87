using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Testing;

namespace Assay.Models.Tests.Adapters;

/// <summary>Damaged adapter folders: an adapter, or one of the two typed exceptions.</summary>
public sealed class AdapterFuzzTests : IDisposable
{
    private readonly string folder = MemoryFolder.Create();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Damaged_adapters_end_as_a_typed_exception() => Feed(20_000);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_adapters() => Feed(1_000_000);

    private void Feed(int count)
    {
        var plan = TinyModel.Plan();
        var options = new LoraOptions { Rank = 2, TargetModules = ["q_proj", "down_proj"], Dora = true, ModulesToSave = ["norm"], RankPattern = new Dictionary<string, int> { ["layers.1.*_proj"] = 3 } };
        using (var model = TinyModel.Create())
        using (var adapter = LoraAdapter.Create(plan, PeftAdapterConfig.Create("tiny", options), 5, name => model.Parameters[name]))
        {
            PeftAdapterFile.Save(folder, adapter);
        }

        foreach (string name in (string[])["adapter_config.json", "adapter_model.safetensors"])
        {
            string path = Path.Combine(folder, name);
            byte[] valid = File.ReadAllBytes(path);
            Assert.InRange(Mutations.Feed<InvalidModelConfigException>(valid, count / 2, bytes => Load(path, bytes)), 1, (count / 2) - 1);
            File.WriteAllBytes(path, valid);
        }

        void Load(string path, byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            try
            {
                using var adapter = PeftAdapterFile.Load(folder, plan);
                Assert.NotEmpty(adapter.Parameters);
            }
            catch (InvalidSafetensorsException error)
            {
                throw new InvalidModelConfigException(error.Message, error);
            }
        }
    }
}
