using System.Runtime.Intrinsics.X86;

namespace Assay.Models.Engine.Native;

/// <summary>Whether the processor multiplies bf16 itself.</summary>
/// <remarks>
/// Without that, libtorch emulates such products and fp32 is faster. Asked of the processor, not timed: which arithmetic a prompt gets must not change
/// from one start of a program to the next, or the same seed would give another text.
/// </remarks>
internal static class Bf16Products
{
    private const int Avx512Bf16 = 1 << 5;
    private const int AmxBf16 = 1 << 22;

    /// <summary>AVX-512 BF16 or AMX BF16.</summary>
    public static bool AreNative { get; } = Avx512F.IsSupported
        && ((X86Base.CpuId(7, 1).Eax & Avx512Bf16) != 0 || (X86Base.CpuId(7, 0).Edx & AmxBf16) != 0);
}
