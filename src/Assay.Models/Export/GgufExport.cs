using Assay.Data.Formats.Gguf;

namespace Assay.Models.Export;

/// <summary>Writes a merged model as one GGUF file for llama.cpp and its relatives.</summary>
public static class GgufExport
{
    /// <summary>Writes the file durably.</summary>
    /// <param name="model">The base: its tokenizer and template go into the file.</param>
    /// <param name="source">The merged weights.</param>
    /// <param name="path">File to make or replace.</param>
    /// <param name="type">Type of the matrices; norms, biases and routers are always fp32.</param>
    /// <exception cref="ExportRefusedException">llama.cpp has no such architecture or tokenizer, or would compute something else.</exception>
    /// <exception cref="OverflowException">A value does not fit half precision; the message names the tensor.</exception>
    public static void Write(BaseModel model, ExportSource source, string path, GgufType type)
    {
        var architecture = GgufArchitecture.Of(source.Plan);
        var metadata = new GgufMetadata();
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Folder)));
        GgufFacts.Add(metadata, source.Plan, architecture, type, name);
        GgufTokens.Add(metadata, model);
        GgufWriter.Write(path, metadata, [.. new GgufSlots(source.Plan, architecture, type).List().Select(slot => slot.From(source))]);
    }
}
