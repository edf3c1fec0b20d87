namespace Assay.Data.Formats;

/// <summary>Sizes and file names of <see cref="TensorDtype"/>.</summary>
public static class TensorDtypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this TensorDtype dtype) => dtype switch
    {
        TensorDtype.Bool or TensorDtype.U8 or TensorDtype.I8 => 1,
        TensorDtype.I16 or TensorDtype.U16 or TensorDtype.F16 or TensorDtype.BF16 => 2,
        TensorDtype.I32 or TensorDtype.U32 or TensorDtype.F32 => 4,
        _ => 8,
    };

    /// <summary>The name as safetensors headers spell it, such as <c>BF16</c>.</summary>
    public static string FileName(this TensorDtype dtype) => dtype is TensorDtype.Bool ? "BOOL" : dtype.ToString();

    /// <summary>The type that a header calls <paramref name="name"/>, or null when there is none.</summary>
    public static TensorDtype? Parse(string name)
    {
        foreach (var dtype in Enum.GetValues<TensorDtype>())
        {
            if (dtype.FileName() == name)
            {
                return dtype;
            }
        }

        return null;
    }
}
