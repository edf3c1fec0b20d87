namespace Assay.Models.Engine.Kernels;

/// <summary>Inputs and outputs of one product, rows in foreign memory.</summary>
/// <param name="inputs">First input row, arranged for the weights' format.</param>
/// <param name="inputStride">Floats from one input row to the next.</param>
/// <param name="rows">Input rows, 1 or more.</param>
/// <param name="outputs">Where output 0 of row 0 belongs.</param>
/// <param name="outputStride">Floats from one output row to the next.</param>
internal readonly unsafe struct GemvBatch(float* inputs, long inputStride, int rows, float* outputs, long outputStride)
{
    /// <summary>Input rows.</summary>
    public int Rows => rows;

    /// <summary>First element of an input row.</summary>
    public float* Input(int row) => inputs + (row * inputStride);

    /// <summary>First element of an output row.</summary>
    public float* Output(int row) => outputs + (row * outputStride);
}
