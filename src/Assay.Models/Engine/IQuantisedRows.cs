using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>The rows of one hub layer inside a matrix that is expanded for every use.</summary>
internal interface IQuantisedRows : IDisposable
{
    /// <summary>Bytes held.</summary>
    long Bytes { get; }

    /// <summary>Writes the rows' first K columns.</summary>
    /// <param name="expanded">[O, K + R].</param>
    void WriteTo(Tensor expanded);
}
