using System.Reflection;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Native;

/// <summary>libtorch operators by their C functions: no autograd, no allocation where an output is given.</summary>
/// <remarks>These functions may change with libtorch, so the package version is pinned and the self-test calls each of them.</remarks>
internal static unsafe partial class AotiTorch
{
    private const string Library = "torch_cpu";
    private const int Cpu = 0;
    private const long LittleMemory = 256L << 20;

    private static readonly Func<IntPtr, Tensor> Wrap = FindWrap();

    /// <summary>Address of the first element; valid while the tensor lives.</summary>
    public static void* Pointer(Tensor tensor)
    {
        void* address;
        Check(DataPointer(tensor.Handle, &address), "data_ptr");
        return address;
    }

    /// <summary>out = left · right, in place. Any strides; bf16 products accumulate in fp32.</summary>
    /// <param name="result">[M, N], existing.</param>
    /// <param name="left">[M, K].</param>
    /// <param name="right">[K, N].</param>
    public static void MatMul(Tensor result, Tensor left, Tensor right) => Check(MmOut(result.Handle, left.Handle, right.Handle), "mm.out");

    /// <summary>out = left · right in integers, in place.</summary>
    /// <param name="result">int32 [M, N], existing.</param>
    /// <param name="left">int8 [M, K].</param>
    /// <param name="right">int8 [K, N].</param>
    public static void IntMatMul(Tensor result, Tensor left, Tensor right) => Check(IntMmOut(result.Handle, left.Handle, right.Handle), "_int_mm.out");

    /// <summary>out = left · right for each matrix of a batch, in place.</summary>
    /// <param name="result">[B, M, N], existing.</param>
    /// <param name="left">[B, M, K].</param>
    /// <param name="right">[B, K, N].</param>
    public static void BatchMatMul(Tensor result, Tensor left, Tensor right) => Check(BmmOut(result.Handle, left.Handle, right.Handle), "bmm.out");

    /// <summary>A contiguous tensor over foreign memory, which must outlive it.</summary>
    /// <param name="data">Aligned to the element.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes.</param>
    public static Tensor FromMemory(void* data, ScalarType type, ReadOnlySpan<long> shape)
    {
        long* strides = stackalloc long[shape.Length];
        long stride = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        IntPtr result;
        fixed (long* sizes = shape)
        {
            Check(CreateFromBlob(data, shape.Length, sizes, strides, 0, (int)type, Cpu, 0, &result), "from_blob");
        }

        return Wrap(result);
    }

    private static Func<IntPtr, Tensor> FindWrap()
    {
        var method = typeof(Tensor).GetMethod("UnsafeCreateTensor", BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Public)
            ?? throw new NotSupportedException("This TorchSharp version cannot wrap a native tensor; the engine needs the version it was built with.");
        return method.CreateDelegate<Func<IntPtr, Tensor>>();
    }

    private static void Check(int code, string operation)
    {
        if (code == 0)
        {
            return;
        }

        // Shapes and types are checked before, so a product fails for lack of memory and hardly for anything else.
        long free = FreeMemory.Bytes();
        throw free < LittleMemory
            ? new InsufficientMemoryException($"Out of memory: libtorch could not compute {operation} with {free >> 20} MiB left.")
            : new InvalidOperationException($"libtorch refused {operation} (code {code}); its own message is on the error output.");
    }

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_data_ptr")]
    private static partial int DataPointer(IntPtr tensor, void** result);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_mm_out")]
    private static partial int MmOut(IntPtr result, IntPtr left, IntPtr right);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__int_mm_out")]
    private static partial int IntMmOut(IntPtr result, IntPtr left, IntPtr right);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu_bmm_out")]
    private static partial int BmmOut(IntPtr result, IntPtr left, IntPtr right);

    [LibraryImport(Library, EntryPoint = "aoti_torch_create_tensor_from_blob")]
    private static partial int CreateFromBlob(void* data, long axes, long* sizes, long* strides, long offset, int type, int device, int deviceIndex, IntPtr* result);
}
