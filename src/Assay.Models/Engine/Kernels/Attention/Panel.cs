namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>A small fp32 matrix: element (row, column) at first[row · row stride + column · column stride].</summary>
internal readonly unsafe struct Panel(float* first, int row, int column = 1)
{
    /// <summary>Element (0, 0).</summary>
    public float* First => first;

    /// <summary>Elements from a row to the next.</summary>
    public int Row => row;

    /// <summary>Elements from a column to the next; 1 unless the matrix is read transposed.</summary>
    public int Column => column;
}
