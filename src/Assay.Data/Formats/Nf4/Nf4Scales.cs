namespace Assay.Data.Formats.Nf4;

/// <summary>Largest absolute value of every block of an NF4 matrix, plain or itself quantised to 8 bits.</summary>
public abstract record Nf4Scales
{
    /// <summary>Number of blocks.</summary>
    public abstract int Count { get; }

    /// <summary>Writes the scale of each block in fp32.</summary>
    /// <param name="destination">At least <see cref="Count"/> long.</param>
    public abstract void CopyTo(Span<float> destination);

    /// <summary>The scale of each block in fp32, a new array.</summary>
    public float[] ToArray()
    {
        float[] scales = new float[Count];
        CopyTo(scales);
        return scales;
    }
}
