using Assay.Data.Formats;
using Assay.Data.Formats.Gguf;
using Assay.Models;
using Assay.Models.Export;

namespace Assay.Worker.Exports;

/// <summary>Where and how a model is written.</summary>
/// <param name="Path">New folder (safetensors) or file (gguf).</param>
/// <param name="Format">safetensors or gguf.</param>
/// <param name="Type">bf16, f16, f32, q8_0 or nf4; null: as stored for safetensors, bf16 for gguf.</param>
internal sealed record ExportTarget(string Path, string Format, string? Type)
{
    /// <summary>Types that some format has.</summary>
    public static readonly string[] Types = ["bf16", "f16", "f32", "q8_0", "nf4"];

    /// <summary>How far the written weights may be from those that were tested.</summary>
    /// <param name="stored">The type the base's weights are stored in, for a target that keeps it.</param>
    public ParityLimit Limit(TensorDtype stored) => Type switch
    {
        "f32" => ParityLimit.Full,
        "q8_0" or "nf4" => ParityLimit.Quantised,
        null when Format == "safetensors" && stored == TensorDtype.F32 => ParityLimit.Full,
        _ => ParityLimit.Half,
    };

    /// <summary>Writes the model.</summary>
    /// <param name="model">The base.</param>
    /// <param name="source">The merged weights.</param>
    /// <param name="shardBytes">Safetensors above this are split.</param>
    /// <exception cref="ExportRefusedException">The format does not have the type, or cannot say what the model computes.</exception>
    /// <exception cref="OverflowException">A value does not fit half precision.</exception>
    /// <exception cref="IOException">The path is taken or cannot be written.</exception>
    public void Write(BaseModel model, ExportSource source, long shardBytes)
    {
        if (Format == "gguf")
        {
            GgufExport.Write(model, source, Path, Type switch
            {
                "f16" => GgufType.F16,
                "f32" => GgufType.F32,
                "q8_0" => GgufType.Q8_0,
                "nf4" => throw new ExportRefusedException("GGUF has no NF4; choose q8_0, bf16, f16 or f32, or write safetensors."),
                _ => GgufType.BF16,
            });
            return;
        }

        MergedFolder.Write(source, Path, Type switch
        {
            null or "nf4" => null,
            "bf16" => TensorDtype.BF16,
            "f16" => TensorDtype.F16,
            "f32" => TensorDtype.F32,
            _ => throw new ExportRefusedException($"Safetensors are written as bf16, f16, f32 or nf4; {Type} is for gguf."),
        }, Math.Max(1, shardBytes), Type == "nf4");
    }
}
