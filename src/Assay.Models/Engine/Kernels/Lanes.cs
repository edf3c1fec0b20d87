namespace Assay.Models.Engine.Kernels;

/// <summary>What all lanes share.</summary>
internal static class Lanes
{
    /// <summary>Values per <see cref="ILanes{TSelf}"/>.</summary>
    public const int Count = 16;

    /// <summary>The part of a row that fills whole lanes.</summary>
    public static int Whole(int width) => width & ~(Count - 1);
}
