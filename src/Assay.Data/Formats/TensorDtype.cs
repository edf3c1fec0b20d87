namespace Assay.Data.Formats;

/// <summary>Element types a safetensors file may hold. The member names are the names in the file, except <see cref="Bool"/> (<c>BOOL</c>).</summary>
public enum TensorDtype
{
    Bool,
    U8,
    I8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F16,
    BF16,
    F32,
    F64,
}
