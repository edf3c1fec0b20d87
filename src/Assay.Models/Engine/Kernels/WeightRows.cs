namespace Assay.Models.Engine.Kernels;

/// <summary>A row-major matrix of weights in unmanaged memory that somebody else owns.</summary>
/// <param name="Format">How weights are held.</param>
/// <param name="Data">First byte of the first row; rows follow each other without gaps.</param>
/// <param name="Scales">Int8: one per row; NF4: Inputs/64 per row; else unused.</param>
/// <param name="Rows">O.</param>
/// <param name="Inputs">K; a multiple of 64 for NF4.</param>
internal readonly unsafe record struct WeightRows(WeightFormat Format, nint Data, nint Scales, int Rows, int Inputs)
{
    /// <summary>Weights that share one NF4 scale.</summary>
    public const int Block = 64;

    /// <summary>Bytes from one row to the next.</summary>
    public long Stride => BytesOf(Format, Inputs);

    /// <summary>Bytes of all weights and scales: what a product reads.</summary>
    public long Bytes => (Rows * Stride) + (4L * ScalesOf(Format, Rows, Inputs));

    /// <summary>Bytes of a row's weights.</summary>
    public static long BytesOf(WeightFormat format, long inputs) => format switch
    {
        WeightFormat.Fp32 => 4 * inputs,
        WeightFormat.Bf16 => 2 * inputs,
        WeightFormat.Int8 => inputs,
        _ => inputs / 2,
    };

    /// <summary>Scales of a matrix.</summary>
    public static long ScalesOf(WeightFormat format, long rows, long inputs) => format switch
    {
        WeightFormat.Int8 => rows,
        WeightFormat.Nf4 => rows * (inputs / Block),
        _ => 0,
    };
}
