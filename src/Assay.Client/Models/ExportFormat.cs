namespace Assay.Client.Models;

/// <summary>The ways in which a tuned model leaves.</summary>
/// <param name="Format">adapter, safetensors or gguf.</param>
/// <param name="Type">Number format of the weights; null for an adapter.</param>
/// <param name="Title">What the page calls it.</param>
/// <param name="BytesPerWeight">About how many bytes a weight of the model takes; 0 for an adapter.</param>
public sealed record ExportFormat(string Format, string? Type, string Title, double BytesPerWeight)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ExportFormat> All { get; } =
    [
        new("adapter", null, "Adapter alone (PEFT), for the base model elsewhere", 0),
        new("safetensors", "bf16", "Whole model, safetensors, bf16", 2),
        new("safetensors", "f16", "Whole model, safetensors, f16", 2),
        new("safetensors", "f32", "Whole model, safetensors, f32", 4),
        new("safetensors", "nf4", "Whole model, safetensors, NF4 (linear layers in 4 bits)", 2),
        new("gguf", "q8_0", "Whole model, GGUF, Q8_0 (8 bits)", 1.1),
        new("gguf", "f16", "Whole model, GGUF, f16", 2),
        new("gguf", "bf16", "Whole model, GGUF, bf16", 2),
        new("gguf", "f32", "Whole model, GGUF, f32", 4),
    ];

    /// <summary>The entry of a request; null when there is none.</summary>
    public static ExportFormat? Find(string format, string? type) => All.FirstOrDefault(one => one.Format == format && one.Type == type);
}
