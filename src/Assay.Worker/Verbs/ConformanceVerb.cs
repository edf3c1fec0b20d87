using System.CommandLine;
using Assay.Worker.Conformance;

namespace Assay.Worker.Verbs;

/// <summary><c>engine conformance</c>: compares the engine with reference implementations' recorded results.</summary>
internal static class ConformanceVerb
{
    public static Command Create()
    {
        var folder = new Argument<string>("dir") { Description = "Folder of goldens: models/, peft/, …" };
        var assets = new Option<string?>("--assets") { Description = "Where to look for what DIR lacks; default ../shared/goldens beside the checkout, when it exists." };
        var only = new Option<string>("--only") { Description = "Only folders whose path begins so, such as models/llama3.", DefaultValueFactory = _ => "" };
        var paths = new Option<string>("--paths") { Description = $"Computing paths to check, comma separated: {string.Join(", ", ConformanceRun.AllPaths)}; default all.", DefaultValueFactory = _ => string.Join(',', ConformanceRun.AllPaths) };
        var command = new Command("conformance", "Compares the engine with the recorded results of reference implementations.") { folder, assets, only, paths };
        command.SetAction(arguments =>
        {
            string dir = arguments.GetRequiredValue(folder);
            string[] asked = arguments.GetRequiredValue(paths).Split(',');
            string[] unknown = [.. asked.Except(ConformanceRun.AllPaths)];
            if (!Directory.Exists(dir) || unknown.Length > 0)
            {
                Console.Error.WriteLine(unknown.Length > 0
                    ? $"There is no path '{unknown[0]}'; there are {string.Join(", ", ConformanceRun.AllPaths)}."
                    : $"'{dir}' is not a folder.");
                return 2;
            }

            return new ConformanceRun(dir, arguments.GetValue(assets) ?? DefaultAssets(), arguments.GetRequiredValue(only), Console.Out, Console.Error) { Paths = asked }.Run();
        });
        return command;
    }

    private static string? DefaultAssets() =>
        Environment.GetEnvironmentVariable("ASSAY_HOME") is { } home && Path.Combine(home, "..", "shared", "goldens") is var shared && Directory.Exists(shared) ? shared : null;
}
