using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Assay.Models.Engine.Native;

/// <summary>Loops on libtorch's own threads, so that no second thread team competes with it for the cores.</summary>
/// <remarks>On .NET threads beside libtorch's the same kernels took 70 times as long. A loop inside a loop runs on the thread it is in.</remarks>
internal static unsafe partial class ParallelFor
{
    /// <summary>Runs <paramref name="body"/> over [0, count) in ranges of at least <paramref name="grain"/>. Which thread gets which range must not change the result.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="grain">Fewest rows worth a thread, 1 or more.</param>
    /// <param name="body">Receives first and past-the-last row.</param>
    public static void Run(int count, int grain, Action<int, int> body) =>
        // The delegate stays in this frame, whose address the loop's threads use only until the call returns.
        Run(count, grain, &Invoke, Unsafe.AsPointer(ref body));

    /// <summary>The same without a delegate, so that nothing is allocated.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="grain">Fewest rows worth a thread, 1 or more.</param>
    /// <param name="body">Receives the state, first and past-the-last row.</param>
    /// <param name="state">Handed to the body; valid until this returns.</param>
    public static void Run(int count, int grain, delegate*<void*, int, int, void> body, void* state)
    {
        if (count <= grain)
        {
            if (count > 0)
            {
                body(state, 0, count);
            }

            return;
        }

        var loop = new Loop { Body = body, State = state };
        if (TorchParallelFor(0, count, grain, &Range, Unsafe.AsPointer(ref loop)) != 0)
        {
            throw new InvalidOperationException("libtorch refused a parallel loop; its own message is on the error output.");
        }

        // An exception may not cross native frames, so it was kept and continues here.
        loop.Failure?.Throw();
    }

    private static void Invoke(void* state, int first, int end) => Unsafe.AsRef<Action<int, int>>(state)(first, end);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Range(long first, long end, void* context)
    {
        ref var loop = ref Unsafe.AsRef<Loop>(context);
        try
        {
            loop.Body(loop.State, (int)first, (int)end);
        }
#pragma warning disable CA1031 // Any exception would end the process at the native frame.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref loop.Failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }

    [LibraryImport("torch_cpu", EntryPoint = "torch_parallel_for")]
    private static partial int TorchParallelFor(long first, long end, long grain, delegate* unmanaged[Cdecl]<long, long, void*, void> body, void* context);

    private struct Loop
    {
        public delegate*<void*, int, int, void> Body;
        public void* State;
        public ExceptionDispatchInfo? Failure;
    }
}
