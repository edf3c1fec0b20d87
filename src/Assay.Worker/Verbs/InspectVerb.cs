using System.CommandLine;
using Assay.Models;

namespace Assay.Worker.Verbs;

/// <summary><c>engine inspect</c>: what a model folder holds, and whether it can be loaded.</summary>
internal static class InspectVerb
{
    public static Command Create()
    {
        var folder = new Argument<string>("dir") { Description = "Model folder in Hugging Face layout." };
        var command = new Command("inspect", "Loads a model folder and says what it is.") { folder };
        command.SetAction(arguments =>
        {
            using var model = BaseModel.Load(arguments.GetRequiredValue(folder));
            var plan = model.Plan;
            Console.Out.WriteLine($"family        {plan.ModelType}, {plan.Blocks.Count} blocks, width {plan.Hidden}, context {plan.MaxPositions}, head {(plan.Head.Tied ? "tied" : "own")}");
            Console.Out.WriteLine($"parameters    {model.Weights.Parameters.Values.Sum(parameter => parameter.numel())}");
            Console.Out.WriteLine($"positions     {(plan.Rope is { } rope ? $"rotary {rope.Kind}, base {rope.Theta}" : "none")}");
            Console.Out.WriteLine($"vocabulary    {plan.Vocab} rows, {model.Tokenizer.VocabularySize} token ids, end ids {string.Join(", ", model.EndIds.Order())}");
            Console.Out.WriteLine($"chat template {(model.Template is null ? "none: the model cannot chat" : $"{model.Template.Source.Length} characters")}");
            Console.Out.WriteLine($"computed by   the reference path (fp32)");
            Console.Out.WriteLine($"sha-256       {model.ComputeContentHash()}");
            return 0;
        });
        return command;
    }
}
