using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Testing;
using Microsoft.Extensions.Options;

namespace Assay.Server.Tests.Runs;

public sealed class RunPresetsTests
{
    [Fact]
    public void Every_preset_is_read_and_within_the_legal_ranges()
    {
        var data = Directory.CreateTempSubdirectory("assay-presets-");
        try
        {
            var presets = new RunPresets(new DataFolder(Options.Create(new StorageOptions { Folder = data.FullName, Home = Repository.Root }))).All;

            Assert.Equal(["Quick look", "Balanced", "Careful", "Small memory", "Read a corpus"], presets.Select(preset => preset.Title));
            Assert.All(presets, preset => Assert.Null(RunRules.Refuse(RunRules.Complete(preset.Settings, 4_000_000, 512), 512)));
            Assert.Equal(50, presets[0].Settings.MaxSteps);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }
}
