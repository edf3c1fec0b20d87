using System.CommandLine;
using Assay.Models.Engine.Kernels;
using Assay.Worker.Bench;

namespace Assay.Worker.Verbs;

/// <summary><c>engine bench generate</c>: prefill and decoding against plain TorchSharp.</summary>
internal static class BenchGenerateVerb
{
    private static readonly Option<string> Shape = new Option<string>("--shape") { Description = "Model shape.", Required = true }.AcceptOnlyFromAmong([.. BenchShape.All.Select(shape => shape.Name)]);
    private static readonly Option<string> Weights = new Option<string>("--weights") { Description = "How matrices are held.", DefaultValueFactory = _ => "bf16" }.AcceptOnlyFromAmong("bf16", "int8", "nf4");
    private static readonly Option<int> Prompt = Count("--prompt", "Prompt tokens of a row.", 512, 1024);
    private static readonly Option<int> Tokens = Count("--tokens", "New tokens of a row.", 128, 1024);
    private static readonly Option<int> Batch = Count("--batch", "Rows that share each pass.", 1, 16);
    private static readonly Option<int> Adapters = Count("--adapters", "Adapters given to the rows in turn; 0 for none.", 0, 64);
    private static readonly Option<int> Rounds = Count("--rounds", "Timed rounds.", 3, 1000);
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object instead of a table." };

    public static Command Create()
    {
        var command = new Command("generate", "Reads prompts and decodes greedily, and does the same in plain TorchSharp; fails when the two do not do the same work.")
        {
            Shape, Weights, Prompt, Tokens, Batch, Adapters, Rounds, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        var options = new GenerateBenchOptions(
            BenchShape.All.First(shape => shape.Name == arguments.GetRequiredValue(Shape)),
            Enum.Parse<WeightFormat>(arguments.GetValue(Weights)!, ignoreCase: true),
            arguments.GetValue(Prompt),
            arguments.GetValue(Tokens),
            arguments.GetValue(Batch),
            arguments.GetValue(Adapters),
            arguments.GetValue(Rounds));
        var result = new GenerateBench(options, Console.Error).Run();
        Console.Out.Write(arguments.GetValue(Json) ? GenerateBenchReport.Json(result) : GenerateBenchReport.Table(result));
        if (result.Failure is { } failure)
        {
            Console.Error.WriteLine(failure);
        }

        return result.Failure is null ? 0 : 1;
    }

    private static Option<int> Count(string name, string description, int standard, int most)
    {
        int least = standard == 0 ? 0 : 1;
        var option = new Option<int>(name) { Description = $"{description} {least} to {most}.", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            {
                result.AddError($"{name} is {value}; {least} to {most} are possible.");
            }
        });
        return option;
    }
}
