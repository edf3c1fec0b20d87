using Assay.Data.Formats;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Kernels.Attention;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Native;

/// <summary>Small proofs that the native library works on this machine.</summary>
public static class EngineSelfTest
{
    /// <summary>Why the build touches a native library; shown where a user looks for trouble.</summary>
    public const string PatchNote =
        "The build marks one unused GLIBCXX version requirement of libLibTorchSharp.so as weak in the output copy so it loads on Debian 12.";

    /// <summary>All proofs in order; the first loads the library.</summary>
    public static IReadOnlyList<(string Name, Action Prove)> Proofs { get; } =
    [
        ("library loads", () => zeros(1).Dispose()),
        ("matrix product", ProveProduct),
        ("backward", ProveBackward),
        ("safetensors round trip", ProveRoundTrip),
        ("direct products", ProveDirectProducts),
        ("attention kernel", ProveAttention),
        ("parallel loop", ProveParallelFor),
    ];

    /// <summary>The proofs a worker runs before its first job: the library loads and a product is right.</summary>
    /// <exception cref="InvalidOperationException">A proof failed; the message says which and why.</exception>
    public static void Quick()
    {
        foreach (var (name, prove) in Proofs.Take(2))
        {
            try
            {
                prove();
            }
            catch (Exception error) when (error is not InvalidOperationException)
            {
                throw new InvalidOperationException($"The engine's self-test '{name}' failed: {error.Message}", error);
            }
        }
    }

    private static void ProveProduct()
    {
        const int rows = 37, columns = 29, inner = 53;
        using var scope = NewDisposeScope();
        float[] left = Values(rows * inner, 1);
        float[] right = Values(inner * columns, 2);
        float[] product = matmul(tensor(left, rows, inner), tensor(right, inner, columns)).data<float>().ToArray();
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double expected = Enumerable.Range(0, inner).Sum(index => (double)left[(row * inner) + index] * right[(index * columns) + column]);
                Demand(Math.Abs(product[(row * columns) + column] - expected) < 1e-4, $"element {row},{column} is {product[(row * columns) + column]}, not {expected}");
            }
        }
    }

    private static void ProveBackward()
    {
        using var scope = NewDisposeScope();
        var x = tensor(Values(12, 3)).requires_grad_(true);
        x.pow(3).sum().backward();
        double worst = (x.grad! - (3 * x.detach().square())).abs().max().item<float>();
        Demand(worst < 1e-5, $"a gradient is off by {worst}");
    }

    private static void ProveRoundTrip()
    {
        string path = Path.Combine(Path.GetTempPath(), $"assay-selftest-{Environment.ProcessId}.safetensors");
        try
        {
            using var scope = NewDisposeScope();
            var original = tensor(Values(30, 4), 5, 6);
            SafetensorsWriter.Write(path, [TensorBytes.Content("x", original, TensorDtype.F32), TensorBytes.Content("y", original, TensorDtype.BF16)]);
            using var file = SafetensorsFile.Open(path);
            var exact = TensorBytes.ToFloat32(file, file.Find("x")!);
            var rounded = TensorBytes.ToFloat32(file, file.Find("y")!);
            Demand(exact.equal(original).all().item<bool>(), "fp32 values changed");
            Demand((rounded - original).abs().max().item<float>() < 0.01, "bf16 values changed by more than rounding");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static unsafe void ProveDirectProducts()
    {
        using var scope = NewDisposeScope();
        var left = tensor(Values(2 * 6 * 5, 5), 2, 6, 5);
        var right = tensor(Values(2 * 5 * 7, 6), 2, 5, 7);
        var batch = empty(2, 6, 7);
        AotiTorch.BatchMatMul(batch, left, right);
        var single = empty(6, 7);
        fixed (float* first = left.data<float>().ToArray())
        {
            AotiTorch.MatMul(single, AotiTorch.FromMemory(first, ScalarType.Float32, [6, 5]), right[0]);
        }

        Demand((batch - matmul(left, right)).abs().max().item<float>() < 1e-5, "a batch of products is wrong");
        Demand((single - batch[0]).abs().max().item<float>() < 1e-5 && ((float*)AotiTorch.Pointer(single))[0] == single[0, 0].item<float>(), "a product over foreign memory is wrong");
    }

    private static unsafe void ProveAttention()
    {
        using var scope = NewDisposeScope();
        const int tokens = 9, heads = 2, width = 8;
        var shape = new HeadShape(heads, heads, width, width, 0.3f);
        var qkv = tensor(Values(tokens * 3 * heads * width, 7), tokens, 3, heads, width).requires_grad_(true);
        var parts = qkv.permute(1, 2, 0, 3).unbind(0); // three times [heads, tokens, width]
        var mask = full([tokens, tokens], float.NegativeInfinity).triu(1);
        var expected = matmul(((matmul(parts[0], parts[1].transpose(1, 2)) * shape.Scale) + mask).softmax(-1), parts[2]).transpose(0, 1).contiguous();
        expected.sum().backward();
        using var off = no_grad();
        var gradient = qkv.detach().clone();
        var (mixed, sums, ones) = (empty_like(expected), empty(tokens, heads), ones_like(expected));
        var rows = AttentionRows<Fp32>.Fused(new Rows<Fp32>((Fp32*)AotiTorch.Pointer(gradient), 3 * heads * width), shape);
        var output = new Rows<Fp32>((Fp32*)AotiTorch.Pointer(mixed), heads * width);
        PackedAttention.Forward(shape, rows, output, (float*)AotiTorch.Pointer(sums), [0, tokens]);
        PackedAttention.Backward(shape, rows, output, (float*)AotiTorch.Pointer(sums), new Rows<Fp32>((Fp32*)AotiTorch.Pointer(ones), heads * width), rows, [0, tokens]);
        double worst = new[] { mixed - expected, gradient - qkv.grad! }.Max(difference => difference.abs().max().item<float>());
        Demand(worst < 1e-5, $"attention or its gradient is off by {worst} with {KernelSet.Current} kernels");
    }

    private static void ProveParallelFor()
    {
        int[] touched = new int[1000];
        ParallelFor.Run(touched.Length, 16, (first, end) =>
        {
            for (int index = first; index < end; index++)
            {
                touched[index]++;
            }
        });
        Demand(touched.All(count => count == 1), "a parallel loop missed or repeated a row");
    }

    private static float[] Values(int count, ulong seed)
    {
        var random = new CounterRandom(seed, "self-test");
        return [.. Enumerable.Range(0, count).Select(index => (float)((2 * random.Uniform(index)) - 1))];
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The engine's self-test failed: {otherwise}.");
        }
    }
}
