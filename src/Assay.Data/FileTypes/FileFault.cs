namespace Assay.Data.FileTypes;

/// <summary>Which rule a file that cannot be read fails.</summary>
public enum FileFault
{
    /// <summary>It is not a safe file of its type.</summary>
    Format,

    /// <summary>It is of its type, and cut off, changed, or followed by something else.</summary>
    Damage,

    /// <summary>It is of its type, and larger or of another shape than files may be; it was not unpacked.</summary>
    Structure,
}
