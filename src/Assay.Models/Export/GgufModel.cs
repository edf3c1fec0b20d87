using Assay.Data.Formats.Gguf;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Export;

/// <summary>Reads the weights of a GGUF file that <see cref="GgufExport"/> wrote.</summary>
public static class GgufModel
{
    /// <summary>The file's weights, widened to fp32.</summary>
    /// <param name="path">The file.</param>
    /// <param name="plan">What the file holds: the plan of the model it was made of.</param>
    /// <returns>A model that computes what this program makes of the file; how llama.cpp reads names and orders is fixed by tests, not by this.</returns>
    /// <exception cref="InvalidGgufException">It is no GGUF file, or not one of this plan.</exception>
    /// <exception cref="ExportRefusedException">llama.cpp has no such architecture.</exception>
    public static ReferenceModel Load(string path, DecoderPlan plan)
    {
        using var file = GgufFile.Open(path);
        var parameters = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var slot in new GgufSlots(plan, GgufArchitecture.Of(plan), GgufType.F32).List())
            {
                foreach (var (weight, value) in slot.Read(file))
                {
                    if (!parameters.TryAdd(weight.Name, value))
                    {
                        value.Dispose(); // a tied head that is written a second time
                    }
                }
            }

            return ReferenceModel.Of(plan, parameters);
        }
        catch
        {
            foreach (var tensor in parameters.Values)
            {
                tensor.Dispose();
            }

            throw;
        }
    }
}
