using System.CommandLine;
using System.Diagnostics;
using Assay.Models.Training;
using Assay.Worker.Pretraining;
using TorchSharp;

namespace Assay.Worker.Verbs;

/// <summary><c>engine pretrain</c>: makes the starter model from the SDK's reference documentation.</summary>
internal static class PretrainVerb
{
    public static Command Create()
    {
        var output = new Argument<DirectoryInfo>("output") { Description = "Folder for the model and its checkpoints." };
        var recipe = new Option<FileInfo>("--recipe") { Description = "Recipe file; default: recipes/starter.json of the checkout." };
        var minutes = new Option<double?>("--minutes") { Description = "Time budget; the number of steps is fitted to it." };
        var resume = new Option<bool>("--resume") { Description = "Continue the run in the output folder." };
        var export = new Option<bool>("--export") { Description = "Write the model from the newest checkpoint without training on." };
        var packs = new Option<string?>("--packs") { Description = "Folder of reference packs; default: that of the installed SDK." };
        var threads = new Option<int?>("--threads") { Description = "Threads for tensor work; default: all cores." };
        var low = new Option<bool>("--low-priority") { Description = "Let other programs go first." };
        var command = new Command("pretrain", "Makes the starter model from the documentation that ships with the .NET SDK.") { output, recipe, minutes, resume, export, packs, threads, low };
        command.SetAction(arguments =>
        {
            if (arguments.GetValue(low))
            {
                using var self = Process.GetCurrentProcess();
                self.PriorityClass = ProcessPriorityClass.BelowNormal;
            }

            if (arguments.GetValue(threads) is { } count)
            {
                torch.set_num_threads(count);
            }

            string file = arguments.GetValue(recipe)?.FullName ?? Path.Combine(Environment.GetEnvironmentVariable("ASSAY_HOME") ?? ".", "recipes", "starter.json");
            TimeSpan? budget = arguments.GetValue(minutes) is { } limit ? TimeSpan.FromMinutes(limit) : null;
            var run = new PretrainRun(PretrainRecipe.Load(file), arguments.GetRequiredValue(output).FullName, arguments.GetValue(packs) ?? DocumentationCorpus.FindPacks(), budget, TimeProvider.System, Console.Out);
            var outcome = run.Run(arguments.GetValue(resume), arguments.GetValue(export));
            if (outcome.Reason is { } reason)
            {
                Console.Error.WriteLine(reason);
            }

            return outcome.Status is TrainingStatus.Failed ? 1 : 0;
        });
        return command;
    }
}
