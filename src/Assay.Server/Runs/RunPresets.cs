using System.Text.Json;
using Assay.Client;
using Assay.Client.Runs;
using Assay.Server.Shared;

namespace Assay.Server.Runs;

/// <summary>The named settings in <c>recipes/runs</c>; none when the project's root is not there.</summary>
internal sealed class RunPresets(DataFolder folder)
{
    /// <param name="About">What it is for, in one line.</param>
    public sealed record Preset(string Title, string About, RunSettings Settings);

    public IReadOnlyList<Preset> All { get; } = Read(Path.Combine(folder.Home, "recipes", "runs"));

    private static List<Preset> Read(string path) => !Directory.Exists(path)
        ? []
        : [.. Directory.GetFiles(path, "*.json").Order(StringComparer.Ordinal).Select(file => JsonSerializer.Deserialize<Preset>(File.ReadAllText(file), AssayJson.Options)!)];
}
