using System.CommandLine;
using Assay.Models.Engine;
using Assay.Worker.Bench;

namespace Assay.Worker.Verbs;

/// <summary><c>engine bench train</c>: LoRA training on the packed path against plain autograd.</summary>
internal static class BenchTrainVerb
{
    private static readonly Option<string> Shape = new Option<string>("--shape") { Description = "Model shape.", Required = true }.AcceptOnlyFromAmong([.. BenchShape.All.Select(shape => shape.Name)]);
    private static readonly Option<string?> Lengths = new("--lengths") { Description = "File of sequence lengths, 'total supervised' a line. Default: the shipped list." };
    private static readonly Option<int?> Sequences = new("--sequences") { Description = "Sequences from the start of the list; 0 takes all. Default: by shape." };
    private static readonly Option<string> Quantization = new Option<string>("--quantization") { Description = "Type of the frozen base.", DefaultValueFactory = _ => "none" }.AcceptOnlyFromAmong("none", "nf4", "int8");
    private static readonly Option<int> Rank = new("--rank") { Description = "LoRA rank.", DefaultValueFactory = _ => 16 };
    private static readonly Option<int> Pack = new("--pack") { Description = "Tokens of a bin.", DefaultValueFactory = _ => 1024 };
    private static readonly Option<string> Dtype = new Option<string>("--dtype") { Description = "Type of the products; auto takes the faster.", DefaultValueFactory = _ => "auto" }.AcceptOnlyFromAmong("auto", "bf16", "fp32");
    private static readonly Option<int> Rounds = new("--rounds") { Description = "Timed passes over the sequences.", DefaultValueFactory = _ => 3 };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object instead of a table." };

    public static Command Create()
    {
        var command = new Command("train", "Trains LoRA on all linear layers, four sequences a step, on the packed path and by autograd; fails when the two do not do the same work.")
        {
            Shape, Lengths, Sequences, Quantization, Rank, Pack, Dtype, Rounds, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        var shape = BenchShape.All.First(shape => shape.Name == arguments.GetRequiredValue(Shape));
        bool bf16 = arguments.GetValue(Dtype) switch
        {
            "bf16" => true,
            "fp32" => false,
            _ => ProductTiming.Faster is FrozenFormat.Bf16,
        };
        if (arguments.GetValue(Quantization) == "int8" && arguments.GetValue(Dtype) == "fp32")
        {
            throw new ArgumentException("--dtype fp32 and --quantization int8 exclude each other: 8-bit products round their inputs.");
        }

        var options = new TrainBenchOptions(
            shape,
            BenchLengths.Read(arguments.GetValue(Lengths), arguments.GetValue(Sequences) ?? shape.Sequences),
            (arguments.GetValue(Quantization), bf16) switch
            {
                ("int8", _) => FrozenFormat.Int8,
                ("nf4", true) => FrozenFormat.Nf4,
                ("nf4", false) => FrozenFormat.Nf4Fp32,
                (_, true) => FrozenFormat.Bf16,
                (_, false) => FrozenFormat.Fp32,
            },
            arguments.GetValue(Rank),
            arguments.GetValue(Pack),
            Math.Max(1, arguments.GetValue(Rounds)));
        var result = new TrainBench(options, Console.Error).Run();
        Console.Out.Write(arguments.GetValue(Json) ? TrainBenchReport.Json(result) : TrainBenchReport.Table(result));
        if (result.Failure is { } failure)
        {
            Console.Error.WriteLine(failure);
        }

        return result.Failure is null ? 0 : 1;
    }
}
