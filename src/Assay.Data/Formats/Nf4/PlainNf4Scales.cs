namespace Assay.Data.Formats.Nf4;

/// <summary>Block scales in fp32.</summary>
/// <param name="Absmax">One value for each block, in block order.</param>
public sealed record PlainNf4Scales(ReadOnlyMemory<float> Absmax) : Nf4Scales
{
    /// <inheritdoc/>
    public override int Count => Absmax.Length;

    /// <inheritdoc/>
    public override void CopyTo(Span<float> destination) => Absmax.Span.CopyTo(destination);
}
