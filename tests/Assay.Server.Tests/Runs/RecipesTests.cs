using System.Text.Json;
using Assay.Client;
using Assay.Client.Runs;
using Assay.Server.Runs;
using Assay.Testing;

namespace Assay.Server.Tests.Runs;

public sealed class RecipesTests
{
    private const int StarterContext = 512;
    private const long StarterParameters = 4_000_000;

    [Fact]
    public void The_demonstration_trains_its_own_first_adapter_further()
    {
        var (first, refined) = (Read("demo.json"), Read("demo-refine.json"));

        Assert.Null(RunRules.RefuseFurther(refined, first));

        static RunSettings Read(string name) => JsonSerializer.Deserialize<RunSettings>(File.ReadAllBytes(Path.Combine(Repository.Root, "recipes", name)), AssayJson.Options)!;
    }

    [Fact]
    public void Every_training_recipe_loads_and_lies_in_the_legal_ranges()
    {
        // starter.json is the recipe of a pre-training; the engine's own tests load it.
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "recipes"), "*.json", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "starter.json").ToList();
        Assert.True(files.Count >= 2, $"{files.Count} recipes were found.");

        foreach (var path in files)
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var known = typeof(RunSettings).GetProperties().Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)).ToHashSet();
            var settings = document.RootElement.TryGetProperty("settings", out var inner) ? inner : document.RootElement;
            Assert.All(settings.EnumerateObject(), member => Assert.True(known.Contains(member.Name) || member.Name is "name" or "description" or "title" or "summary",
                $"{Path.GetFileName(path)}: '{member.Name}' is no setting."));
            var read = settings.Deserialize<RunSettings>(AssayJson.Options)!;
            Assert.Null(RunRules.Refuse(RunRules.Complete(read, StarterParameters, StarterContext), StarterContext));
        }
    }
}
