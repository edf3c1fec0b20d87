using Assay.Testing;
using Assay.Worker.Conformance;

namespace Assay.Worker.Tests.Conformance;

public sealed class FolderKindTests : IDisposable
{
    private readonly string empty = Directory.CreateTempSubdirectory("assay-walk-").FullName;

    public void Dispose() => Directory.Delete(empty, recursive: true);

    [Fact]
    public void The_walk_finds_everything_in_the_full_goldens()
    {
        // The committed subset lacks this folder, so what is found beside it is the full set.
        string goldens = Path.GetDirectoryName(Path.GetDirectoryName(Goldens.Require("models/mixtral")))!;

        var found = FolderKind.All.SelectMany(kind => kind.Below(goldens, null).Select(folder => (folder.Name, Checks: Names(kind, folder)))).ToList();

        int Folders(string top) => found.Select(folder => folder.Name).Distinct().Count(name => name.StartsWith(top, StringComparison.Ordinal));
        int Checks(string top, Func<string, bool> matches) => found.Where(folder => folder.Name.StartsWith(top, StringComparison.Ordinal)).Sum(folder => folder.Checks.Count(matches));
        Assert.Equal(24, Folders("models/"));
        Assert.Equal(4, Folders("peft/"));
        Assert.Equal(7, Checks("nf4", name => name.StartsWith("quantise.", StringComparison.Ordinal)));
        Assert.Equal(1, Folders("nf4/"));
        int pairs = Folders("tokenizers/llamacpp_pairs/");
        Assert.Equal(5, pairs);
        Assert.Equal(9, Checks("tokenizers/", name => name.Split(':')[0] == "encode") - pairs);
        Assert.Equal(20, Checks("chat_templates", name => name.StartsWith("render:", StringComparison.Ordinal)));
        Assert.Equal(4, Checks("stories260K", name => name.StartsWith("greedy:", StringComparison.Ordinal)));
    }

    [Fact]
    public void Names_are_free_and_missing_top_folders_are_no_error()
    {
        Directory.CreateDirectory(Path.Combine(empty, "models", "any name"));
        File.WriteAllText(Path.Combine(empty, "models", "any name", "config.json"), "{}");
        Directory.CreateDirectory(Path.Combine(empty, "models", "without a configuration"));
        Directory.CreateDirectory(Path.Combine(empty, "story"));
        File.WriteAllBytes(Path.Combine(empty, "story", "golden_generation.json.gz"), []);

        var found = FolderKind.All.SelectMany(kind => kind.Below(empty, null)).Select(folder => folder.Name);

        Assert.Equal(["models/any name", "story"], found.Order(StringComparer.Ordinal));
    }

    private static List<string> Names(FolderKind kind, GoldenFolder folder)
    {
        var sources = kind.Open(folder);
        try
        {
            return [.. sources.SelectMany(source => source.All()).Select(check => check.Name)];
        }
        finally
        {
            foreach (var source in sources)
            {
                source.Dispose();
            }
        }
    }
}
