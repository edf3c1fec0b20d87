using System.CommandLine;
using System.Globalization;
using Assay.Data.Formats;
using Assay.Data.Formats.Gguf;
using Assay.Models;
using Assay.Models.Export;

namespace Assay.Worker.Verbs;

/// <summary><c>engine export</c>: writes a model, with an adapter merged in, for other programs.</summary>
internal static class ExportVerb
{
    private static readonly string[] Types = ["bf16", "f16", "f32", "q8_0", "nf4"];

    public static Command Create()
    {
        var folder = new Argument<string>("dir") { Description = "Model folder in Hugging Face layout." };
        var adapter = new Option<string?>("--adapter") { Description = "PEFT adapter folder to merge in." };
        var to = new Option<string>("--to") { Description = "New folder (safetensors) or file (gguf).", Required = true };
        var format = new Option<string>("--format") { Description = "safetensors: Hugging Face layout. gguf: one file for llama.cpp and its relatives.", Required = true };
        format.AcceptOnlyFromAmong("safetensors", "gguf");
        var type = new Option<string?>("--type") { Description = "Number format of the weights; default bf16 for gguf, as stored for safetensors. q8_0 for gguf alone, nf4 for safetensors alone: linear layers in 4 bits as bitsandbytes stores them, everything else as stored." };
        type.AcceptOnlyFromAmong(Types);
        var shard = new Option<double>("--shard-gib") { Description = "Safetensors above this size are split.", DefaultValueFactory = _ => 5 };
        var command = new Command("export", "Writes a model, with an adapter merged in, as safetensors or GGUF.") { folder, adapter, to, format, type, shard };
        command.SetAction(arguments =>
        {
            try
            {
                using var model = BaseModel.Load(arguments.GetRequiredValue(folder));
                using var source = ExportSource.Open(model, arguments.GetValue(adapter));
                string target = arguments.GetRequiredValue(to);
                if (source.Dequantised > 0)
                {
                    Console.Error.WriteLine($"{source.Dequantised} weights of the base are stored in NF4: they are dequantised first{(arguments.GetValue(adapter) is null ? "" : ", then the adapter is merged")}{(arguments.GetValue(type) == "nf4" ? ", then they are quantised again" : "")}.");
                }

                Write(model, source, (target, arguments.GetRequiredValue(format), arguments.GetValue(type)), (long)(arguments.GetValue(shard) * (1L << 30)));
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: {SizeOf(target) / 1048576.0:F1} MiB"));
                return 0;
            }
            catch (Exception refused) when (refused is ExportRefusedException or OverflowException)
            {
                Console.Error.WriteLine(refused.Message);
                return 2;
            }
        });
        return command;
    }

    private static void Write(BaseModel model, ExportSource source, (string Path, string Format, string? Type) target, long shardBytes)
    {
        if (target.Format == "gguf")
        {
            if (target.Type == "nf4")
            {
                throw new ExportRefusedException("GGUF has no NF4; choose q8_0, bf16, f16 or f32, or write safetensors.");
            }

            GgufExport.Write(model, source, target.Path, target.Type switch
            {
                "f16" => GgufType.F16,
                "f32" => GgufType.F32,
                "q8_0" => GgufType.Q8_0,
                _ => GgufType.BF16,
            });
            return;
        }

        MergedFolder.Write(source, target.Path, target.Type switch
        {
            null or "nf4" => null,
            "bf16" => TensorDtype.BF16,
            "f16" => TensorDtype.F16,
            "f32" => TensorDtype.F32,
            _ => throw new ExportRefusedException($"Safetensors are written as bf16, f16, f32 or nf4; {target.Type} is for gguf."),
        }, Math.Max(1, shardBytes), target.Type == "nf4");
    }

    private static long SizeOf(string path) =>
        File.Exists(path) ? new FileInfo(path).Length : Directory.EnumerateFiles(path).Sum(file => new FileInfo(file).Length);
}
