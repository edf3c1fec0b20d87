using System.Runtime.InteropServices;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Testing;

namespace Assay.Data.Tests.Formats.Nf4;

/// <summary>Against what bitsandbytes itself computed, bit for bit.</summary>
public sealed class Nf4GoldenTests : IDisposable
{
    private readonly SafetensorsFile goldens = SafetensorsFile.Open(Goldens.Require("nf4/golden_nf4.safetensors"));

    public void Dispose() => goldens.Dispose();

    [Fact]
    public void Both_tables_are_those_of_bitsandbytes()
    {
        Assert.Equal(Bytes("code.nf4"), MemoryMarshal.AsBytes(Nf4Codes.Levels.Span));
        Assert.Equal(Bytes("code.dynamic8"), MemoryMarshal.AsBytes(Nf4Codes.ScaleMap.Span));
    }

    [Fact]
    public void Quantising_and_dequantising_give_the_recorded_bits()
    {
        string[] names = [.. goldens.Header.Tensors.Select(tensor => tensor.Name).Where(name => name.EndsWith(".weight", StringComparison.Ordinal)).Select(name => name[..^".weight".Length])];
        Assert.NotEmpty(names);
        Assert.All(names, name =>
        {
            var entry = goldens.Find($"{name}.weight")!;
            var plain = Nf4Quantiser.Quantise(goldens.Bytes(entry), entry.Dtype, entry.Shape);
            Assert.Equal(Bytes($"{name}.nf4.packed"), plain.Packed.Span);
            Assert.Equal(Bytes($"{name}.nf4.absmax"), MemoryMarshal.AsBytes<float>(plain.Scales.ToArray()));
            Assert.Equal(Bytes($"{name}.nf4.dequant"), Stored(plain));

            float offset = MemoryMarshal.Read<float>(Bytes($"{name}.nf4dq.offset"));
            var scales = Nf4Quantiser.Quantise(plain.Scales.ToArray(), offset);
            Assert.Equal(Bytes($"{name}.nf4dq.absmax_q"), scales.Codes.Span);
            Assert.Equal(Bytes($"{name}.nf4dq.nested_absmax"), MemoryMarshal.AsBytes(scales.NestedAbsmax.Span));
            Assert.Equal(Bytes($"{name}.nf4dq.packed"), plain.Packed.Span);
            Assert.Equal(Bytes($"{name}.nf4dq.dequant"), Stored(plain with { Scales = scales }));
        });
    }

    [Fact]
    public void A_stored_checkpoint_is_written_back_with_the_same_bytes()
    {
        using var checkpoint = SafetensorsCheckpoint.OpenFile(Goldens.Require("nf4/qlora_llama3/model_bnb_4bit.safetensors"));
        string[] weights = [.. checkpoint.Names.Select(Nf4Tensors.WeightOf).OfType<string>().Distinct()];
        Assert.Equal(14, weights.Length);
        Assert.All(weights, weight =>
        {
            var contents = Nf4Tensors.Contents(weight, Nf4Tensors.Find(checkpoint, weight)!).ToList();
            Assert.Equal(checkpoint.Names.Count(name => name == weight || Nf4Tensors.WeightOf(name) == weight), contents.Count);
            Assert.All(contents, content =>
            {
                var (file, entry) = checkpoint.Find(content.Name)!.Value;
                Assert.Equal(entry.Dtype, content.Dtype);
                Assert.Equal(entry.Shape, content.Shape);
                Assert.Equal(file.Bytes(entry), content.Bytes.Span);
            });
        });
        Assert.Null(Nf4Tensors.Find(checkpoint, "model.embed_tokens.weight"));
    }

    private static byte[] Stored(Nf4Matrix matrix)
    {
        float[] values = new float[matrix.Elements];
        matrix.Dequantise(values);
        return matrix.Dtype switch
        {
            TensorDtype.F32 => MemoryMarshal.AsBytes<float>(values).ToArray(),
            TensorDtype.BF16 => MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, FloatBytes.ToBFloat16)).ToArray(),
            _ => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)).ToArray(),
        };
    }

    private ReadOnlySpan<byte> Bytes(string name) => goldens.Bytes(goldens.Find(name)!);
}
