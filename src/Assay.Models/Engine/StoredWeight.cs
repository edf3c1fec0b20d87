using Assay.Data.Formats;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>A stored weight as a tensor over the mapped file, without copying it.</summary>
internal static unsafe class StoredWeight
{
    /// <param name="file">Where it is.</param>
    /// <param name="entry">What is stored.</param>
    /// <param name="weight">What the plan expects.</param>
    /// <returns>A tensor in the stored type; valid while the file is mapped unless it had to be copied.</returns>
    /// <exception cref="InvalidSafetensorsException">Another shape, or a type that is no floating point.</exception>
    public static Tensor Map(SafetensorsFile file, TensorEntry entry, WeightPlan weight)
    {
        if (!entry.Shape.SequenceEqual(weight.Shape))
        {
            throw new InvalidSafetensorsException(
                $"Weight '{entry.Name}' has shape [{string.Join(", ", entry.Shape)}], but config.json implies [{string.Join(", ", weight.Shape)}].");
        }

        var type = entry.Dtype switch
        {
            TensorDtype.F32 => ScalarType.Float32,
            TensorDtype.BF16 => ScalarType.BFloat16,
            TensorDtype.F16 => ScalarType.Float16,
            TensorDtype.F64 => ScalarType.Float64,
            _ => throw new InvalidSafetensorsException($"Weight '{entry.Name}' has dtype {entry.Dtype.FileName()}; weights are F32, F16, BF16 or F64."),
        };
        nint address = file.Address(entry);

        // The header may end anywhere, and products need elements at their own alignment.
        return address % entry.Dtype.Size() == 0
            ? AotiTorch.FromMemory((void*)address, type, [.. entry.Shape])
            : TensorBytes.Read(file, entry);
    }
}
