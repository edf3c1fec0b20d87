using System.CommandLine;
using System.Globalization;
using Assay.Models;
using Assay.Models.Export;
using Assay.Worker.Exports;

namespace Assay.Worker.Verbs;

/// <summary><c>engine export</c>: writes a model, with an adapter merged in, for other programs, and compares the result with what was asked. Exit 1 when it differs.</summary>
internal static class ExportVerb
{
    public static Command Create()
    {
        var folder = new Argument<string>("dir") { Description = "Model folder in Hugging Face layout." };
        var adapter = new Option<string?>("--adapter") { Description = "PEFT adapter folder to merge in." };
        var to = new Option<string>("--to") { Description = "New folder (safetensors) or file (gguf).", Required = true };
        var format = new Option<string>("--format") { Description = "safetensors: Hugging Face layout. gguf: one file for llama.cpp and its relatives.", Required = true };
        format.AcceptOnlyFromAmong("safetensors", "gguf");
        var type = new Option<string?>("--type") { Description = "Number format of the weights; default bf16 for gguf, as stored for safetensors. q8_0 for gguf alone, nf4 for safetensors alone: linear layers in 4 bits as bitsandbytes stores them, everything else as stored." };
        type.AcceptOnlyFromAmong(ExportTarget.Types);
        var shard = new Option<double>("--shard-gib") { Description = "Safetensors above this size are split.", DefaultValueFactory = _ => 5 };
        var withoutParity = new Option<bool>("--no-parity") { Description = "Does not load the export again to compare it with the model and adapter it was made of." };
        var command = new Command("export", "Writes a model, with an adapter merged in, as safetensors or GGUF.") { folder, adapter, to, format, type, shard, withoutParity };
        command.SetAction(arguments =>
        {
            try
            {
                using var model = BaseModel.Load(arguments.GetRequiredValue(folder));
                using var source = ExportSource.Open(model, arguments.GetValue(adapter));
                var target = new ExportTarget(arguments.GetRequiredValue(to), arguments.GetRequiredValue(format), arguments.GetValue(type));
                if (source.Dequantised > 0)
                {
                    Console.Error.WriteLine($"{source.Dequantised} weights of the base are stored in NF4: they are dequantised first{(arguments.GetValue(adapter) is null ? "" : ", then the adapter is merged")}{(arguments.GetValue(type) == "nf4" ? ", then they are quantised again" : "")}.");
                }

                target.Write(model, source, (long)(arguments.GetValue(shard) * (1L << 30)));
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Path}: {SizeOf(target.Path) / 1048576.0:F1} MiB"));
                return arguments.GetValue(withoutParity) || Passed(ParityGate.Check(model, arguments.GetValue(adapter), target, CancellationToken.None)) ? 0 : 1;
            }
            catch (Exception refused) when (refused is ExportRefusedException or OverflowException)
            {
                Console.Error.WriteLine(refused.Message);
                return 2;
            }
        });
        return command;
    }

    private static bool Passed(ParityReport parity)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(parity.Passed ? "parity: passed" : "parity: DIFFERS from the model it was made of")}. {parity.Prompts} prompts, {parity.Tokens} tokens: largest logit difference {parity.MaxLogitDifference:G3}, mean KL {parity.MeanKl:G3} nats, same likeliest token {parity.EqualTop:P1}, same greedy answer {parity.EqualReplies} of {parity.Prompts}. Asked: {parity.Limit}."));
        return parity.Passed;
    }

    private static long SizeOf(string path) =>
        File.Exists(path) ? new FileInfo(path).Length : Directory.EnumerateFiles(path).Sum(file => new FileInfo(file).Length);
}
