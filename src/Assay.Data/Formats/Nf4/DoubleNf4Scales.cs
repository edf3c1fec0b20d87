namespace Assay.Data.Formats.Nf4;

/// <summary>Block scales in 8 bits, double quantisation: scale = Map[code] · NestedAbsmax[block / BlockSize] + Offset, every operation rounded to fp32.</summary>
/// <param name="Codes">One code for each block of the matrix.</param>
/// <param name="NestedAbsmax">Largest |scale − Offset| of each <paramref name="BlockSize"/> codes.</param>
/// <param name="Map">The 256 values that codes mean.</param>
/// <param name="BlockSize">Codes that share one nested scale; 256 in files by bitsandbytes.</param>
/// <param name="Offset">Mean of the scales, taken away before quantising.</param>
/// <remarks>Dettmers et al. 2023, arXiv:2305.14314 §3.</remarks>
public sealed record DoubleNf4Scales(ReadOnlyMemory<byte> Codes, ReadOnlyMemory<float> NestedAbsmax, ReadOnlyMemory<float> Map, int BlockSize, float Offset) : Nf4Scales
{
    /// <inheritdoc/>
    public override int Count => Codes.Length;

    /// <inheritdoc/>
    public override void CopyTo(Span<float> destination)
    {
        var codes = Codes.Span;
        var map = Map.Span;
        for (int first = 0; first < codes.Length; first += BlockSize)
        {
            float nested = NestedAbsmax.Span[first / BlockSize];
            int end = Math.Min(first + BlockSize, codes.Length);
            for (int index = first; index < end; index++)
            {
                float centred = map[codes[index]] * nested;
                destination[index] = centred + Offset;
            }
        }
    }
}
