namespace Assay.Models.Engine.Kernels;

/// <summary>Which variant of the kernels runs, chosen once by what the processor has.</summary>
/// <remarks><c>DOTNET_EnableAVX512=0</c> and <c>DOTNET_EnableAVX2=0</c> hide instruction sets from a whole program.</remarks>
internal static class KernelSet
{
    [ThreadStatic]
    private static InstructionSet? chosen;

    /// <summary>Variants that this processor can run, best first.</summary>
    public static IReadOnlyList<InstructionSet> Supported { get; } =
    [
        .. Lanes512.IsSupported ? [InstructionSet.Avx512] : (InstructionSet[])[],
        .. Lanes256.IsSupported ? [InstructionSet.Avx2] : (InstructionSet[])[],
        InstructionSet.Scalar,
    ];

    /// <summary>Variant of the kernels called by this thread.</summary>
    public static InstructionSet Current => chosen ?? Supported[0];

    /// <summary>Runs <paramref name="body"/> with another variant on this thread; for tests that compare variants.</summary>
    /// <param name="set">One of <see cref="Supported"/>.</param>
    /// <param name="body">Calls kernels.</param>
    public static void With(InstructionSet set, Action body)
    {
        if (!Supported.Contains(set))
        {
            throw new ArgumentOutOfRangeException(nameof(set), set, $"This processor runs {string.Join(", ", Supported)}.");
        }

        var before = chosen;
        chosen = set;
        try
        {
            body();
        }
        finally
        {
            chosen = before;
        }
    }
}
