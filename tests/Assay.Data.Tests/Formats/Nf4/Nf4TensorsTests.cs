using System.Runtime.InteropServices;
using System.Text;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;

namespace Assay.Data.Tests.Formats.Nf4;

public sealed class Nf4TensorsTests : IDisposable
{
    private const string Weight = "block.proj.weight";
    private readonly ScratchFolder scratch = new();

    private string Path => scratch.File("one.safetensors");

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(TensorDtype.F32, false)]
    [InlineData(TensorDtype.BF16, true)]
    public void Written_matrices_are_read_back(TensorDtype dtype, bool twice)
    {
        var matrix = Matrix(dtype, twice);
        SafetensorsWriter.Write(Path, Nf4Tensors.Contents(Weight, matrix));
        using var checkpoint = SafetensorsCheckpoint.OpenFile(Path);

        var read = Nf4Tensors.Find(checkpoint, Weight)!;

        Assert.Equal((matrix.Dtype, matrix.BlockSize), (read.Dtype, read.BlockSize));
        Assert.Equal(matrix.Shape, read.Shape);
        Assert.Equal(matrix.Packed.ToArray(), read.Packed.ToArray());
        Assert.Equal(matrix.Scales.ToArray(), read.Scales.ToArray());
        Assert.Equal(twice, read.Scales is DoubleNf4Scales);
    }

    [Fact]
    public void Packed_codes_of_a_closed_file_cannot_be_read()
    {
        SafetensorsWriter.Write(Path, Nf4Tensors.Contents(Weight, Matrix(TensorDtype.F32, false)));
        Nf4Matrix read;
        using (var checkpoint = SafetensorsCheckpoint.OpenFile(Path))
        {
            read = Nf4Tensors.Find(checkpoint, Weight)!;
        }

        Assert.Throws<ObjectDisposedException>(() => read.Packed.ToArray());
    }

    [Theory]
    [InlineData("\"nf4\"", "\"fp4\"", "quant_type")]
    [InlineData("\"blocksize\": 64", "\"blocksize\": 63", "blocksize")]
    [InlineData("\"blocksize\": 64", "\"blocksize\": 6.4", "blocksize")]
    [InlineData("\"float32\"", "\"float64\"", "dtype")]
    [InlineData("[9, 24]", "[9, 25]", "bytes")]
    [InlineData("[9, 24]", "[-9, -24]", "shape")]
    [InlineData("[9, 24]", "[4294967296, 4294967296]", "shape")]
    [InlineData("[9, 24]", "\"9, 24\"", "not the JSON")]
    [InlineData("\"shape\"", "\"form\"", "not the JSON")]
    [InlineData("}", ", \"nested_blocksize\": 256, \"nested_dtype\": \"float32\", \"nested_offset\": 0.5}", "absmax")]
    [InlineData("}", ", \"nested_blocksize\": 256, \"nested_dtype\": \"float16\", \"nested_offset\": 0.5}", "nested_dtype")]
    [InlineData("}", ", \"nested_blocksize\": 256, \"nested_dtype\": \"float32\", \"nested_offset\": 1e99}", "nested_offset")]
    public void A_state_that_contradicts_the_tensors_is_refused(string old, string changed, string named)
    {
        var contents = Nf4Tensors.Contents(Weight, Matrix(TensorDtype.F32, false)).Select(content => content.Name.Contains("quant_state", StringComparison.Ordinal)
            ? Text(content, Encoding.UTF8.GetString(content.Bytes.Span).Replace(old, changed, StringComparison.Ordinal))
            : content);

        Assert.Contains(named, Refusal(contents), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".absmax")]
    [InlineData(".quant_map")]
    public void Missing_parts_and_numbers_that_are_not_finite_are_named(string part)
    {
        var contents = Nf4Tensors.Contents(Weight, Matrix(TensorDtype.F32, false)).ToList();

        Assert.Contains($"lacks '{Weight}{part}'", Refusal(contents.Where(content => content.Name != Weight + part)), StringComparison.Ordinal);
        byte[] bytes = MemoryMarshal.AsBytes<float>(Enumerable.Repeat(float.NaN, part == ".absmax" ? 4 : 16).ToArray()).ToArray();
        Assert.Contains("not finite", Refusal(contents.Select(content => content.Name == Weight + part ? content with { Bytes = bytes } : content)), StringComparison.Ordinal);
    }

    [Fact]
    public void Fp4_is_refused_by_name()
    {
        var contents = Nf4Tensors.Contents(Weight, Matrix(TensorDtype.F32, false))
            .Select(content => content with { Name = content.Name.Replace("bitsandbytes__nf4", "bitsandbytes__fp4", StringComparison.Ordinal) });

        Assert.Contains("FP4", Refusal(contents), StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_are_told_from_weights_by_name()
    {
        Assert.Equal(Weight, Nf4Tensors.WeightOf($"{Weight}.absmax"));
        Assert.Equal(Weight, Nf4Tensors.WeightOf($"{Weight}.quant_state.bitsandbytes__nf4"));
        Assert.Null(Nf4Tensors.WeightOf(Weight));
    }

    [Fact]
    public void Mutated_states_are_read_or_refused_but_never_crash()
    {
        byte[] original = new Nf4State(64, TensorDtype.BF16, [9, 24], new NestedNf4State(256, 0.25f)).ToJson();
        var random = new Random(17);
        for (int round = 0; round < 20_000; round++)
        {
            try
            {
                _ = Nf4State.Parse(Weight, SafetensorsFileTests.Mutate(original, random));
            }
            catch (InvalidSafetensorsException)
            {
                // The only exception that may leave.
            }
        }
    }

    private string Refusal(IEnumerable<TensorContent> contents)
    {
        SafetensorsWriter.Write(Path, contents);
        using var checkpoint = SafetensorsCheckpoint.OpenFile(Path);
        return Assert.Throws<InvalidSafetensorsException>(() => Nf4Tensors.Find(checkpoint, Weight)).Message;
    }

    private static TensorContent Text(TensorContent content, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return content with { Bytes = bytes, Shape = [bytes.Length] };
    }

    private static Nf4Matrix Matrix(TensorDtype dtype, bool twice)
    {
        var random = new Random(6);
        float[] values = [.. Enumerable.Range(0, 9 * 24).Select(_ => (float)random.NextDouble())];
        byte[] bytes = dtype is TensorDtype.F32 ? MemoryMarshal.AsBytes<float>(values).ToArray() : MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, FloatBytes.ToBFloat16)).ToArray();
        var matrix = Nf4Quantiser.Quantise(bytes, dtype, [9, 24]);
        return twice ? matrix with { Scales = Nf4Quantiser.Quantise(matrix.Scales.ToArray(), 0.75f) } : matrix;
    }
}
