using Assay.Data.Formats;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Conversion between file bytes and tensors.</summary>
public static class TensorBytes
{
    /// <summary>A copy of a stored tensor in its own type.</summary>
    /// <exception cref="InvalidSafetensorsException">The engine has no tensor of that type, or not of that size.</exception>
    public static Tensor Read(SafetensorsFile file, TensorEntry entry)
    {
        if (entry.Length > int.MaxValue)
        {
            throw new InvalidSafetensorsException($"Tensor '{entry.Name}' has {entry.Length} bytes; the reference path copies at most {int.MaxValue}.");
        }

        var type = entry.Dtype switch
        {
            TensorDtype.Bool => ScalarType.Bool,
            TensorDtype.U8 => ScalarType.Byte,
            TensorDtype.I8 => ScalarType.Int8,
            TensorDtype.I16 => ScalarType.Int16,
            TensorDtype.I32 => ScalarType.Int32,
            TensorDtype.I64 => ScalarType.Int64,
            TensorDtype.F16 => ScalarType.Float16,
            TensorDtype.BF16 => ScalarType.BFloat16,
            TensorDtype.F32 => ScalarType.Float32,
            TensorDtype.F64 => ScalarType.Float64,
            _ => throw new InvalidSafetensorsException($"Tensor '{entry.Name}' has dtype {entry.Dtype.FileName()}, which the engine does not compute with."),
        };
        var result = empty([.. entry.Shape], type);
        if (entry.Length > 0)
        {
            file.Bytes(entry).CopyTo(result.bytes);
        }

        return result;
    }

    /// <summary>A copy of a stored floating-point tensor as fp32.</summary>
    /// <exception cref="InvalidSafetensorsException">The stored type is no floating-point type.</exception>
    public static Tensor ToFloat32(SafetensorsFile file, TensorEntry entry)
    {
        if (entry.Dtype is not (TensorDtype.F16 or TensorDtype.BF16 or TensorDtype.F32 or TensorDtype.F64))
        {
            throw new InvalidSafetensorsException($"Weight '{entry.Name}' has dtype {entry.Dtype.FileName()}; weights are F32, F16, BF16 or F64.");
        }

        using var stored = Read(file, entry);
        return stored.to(ScalarType.Float32, copy: true);
    }

    /// <summary>A tensor as content for <see cref="SafetensorsWriter"/>, converted to <paramref name="dtype"/> (F32, or F16 and BF16 rounded to nearest even).</summary>
    public static TensorContent Content(string name, Tensor tensor, TensorDtype dtype)
    {
        using var scope = NewDisposeScope();
        var converted = tensor.detach().to(TypeOf(dtype)).cpu().contiguous();
        return new TensorContent(name, dtype, tensor.shape, converted.bytes.ToArray());
    }

    /// <summary>Whether a type (F32, F16 or BF16) can hold every value of an fp32 tensor exactly.</summary>
    public static bool Holds(TensorDtype dtype, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = tensor.detach();
        return dtype is TensorDtype.F32 || values.to(TypeOf(dtype)).to(ScalarType.Float32).equal(values).all().item<bool>();
    }

    private static ScalarType TypeOf(TensorDtype dtype) => dtype switch
    {
        TensorDtype.F32 => ScalarType.Float32,
        TensorDtype.F16 => ScalarType.Float16,
        TensorDtype.BF16 => ScalarType.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Only F32, F16 and BF16 are written."),
    };
}
