using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Assay.Models.Engine.Native;

/// <summary>Loops on libtorch's own threads, so that no second thread team competes with it for the cores.</summary>
/// <remarks>On .NET threads beside libtorch's the same kernels took 70 times as long. Loops do not nest, and one runs at a time.</remarks>
internal static unsafe partial class ParallelFor
{
    private static Action<int, int>? current;
    private static ExceptionDispatchInfo? failure;

    /// <summary>Runs <paramref name="body"/> over [0, count) in ranges of at least <paramref name="grain"/>. Which thread gets which range must not change the result.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="grain">Fewest rows worth a thread, 1 or more.</param>
    /// <param name="body">Receives first and past-the-last row.</param>
    public static void Run(int count, int grain, Action<int, int> body)
    {
        if (count <= grain)
        {
            if (count > 0)
            {
                body(0, count);
            }

            return;
        }

        if (Interlocked.CompareExchange(ref current, body, null) is not null)
        {
            throw new InvalidOperationException("Parallel loops do not nest, and only one runs at a time.");
        }

        try
        {
            _ = TorchParallelFor(0, count, grain, &Range, null);
        }
        finally
        {
            current = null;
        }

        // An exception may not cross native frames, so it was kept and continues here.
        Interlocked.Exchange(ref failure, null)?.Throw();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Range(long first, long end, void* context)
    {
        try
        {
            current!((int)first, (int)end);
        }
#pragma warning disable CA1031 // Any exception would end the process at the native frame.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }

    [LibraryImport("torch_cpu", EntryPoint = "torch_parallel_for")]
    private static partial int TorchParallelFor(long first, long end, long grain, delegate* unmanaged[Cdecl]<long, long, void*, void> body, void* context);
}
