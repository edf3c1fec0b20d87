using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine;

namespace Assay.Worker.Conformance;

/// <summary>Checks of the folder <c>nf4/</c>: single matrices, bit for bit.</summary>
internal sealed class Nf4Checks : ICheckSource
{
    private readonly GoldenTensors goldens;
    private readonly JsonNode description;

    /// <param name="folder">Folder with <c>golden_nf4.safetensors</c>.</param>
    public Nf4Checks(string folder)
    {
        goldens = GoldenTensors.Open(Path.Combine(folder, "golden_nf4.safetensors")) ?? throw new FileNotFoundException($"'{folder}' has no golden_nf4.safetensors.");
        description = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")))!;
    }

    /// <inheritdoc/>
    public IEnumerable<Check> All()
    {
        string[] matrices = [.. goldens.Names.Where(name => name.EndsWith(".weight", StringComparison.Ordinal)).Select(name => name[..^".weight".Length])];
        yield return new Check("codebooks", () => Bits(("code.nf4", Bytes(Nf4Codes.Levels)), ("code.dynamic8", Bytes(Nf4Codes.ScaleMap))));
        foreach (var (check, measure) in ((string, Func<string, Figure>)[])[("quantise", Quantise), ("dequantise", Dequantise), ("quantise_dq", QuantiseTwice), ("dequantise_dq", DequantiseTwice)])
        {
            foreach (string matrix in matrices)
            {
                yield return new Check($"{check}.{matrix}", () => measure(matrix));
            }
        }
    }

    public void Dispose() => goldens.Dispose();

    private Figure Quantise(string name)
    {
        var matrix = Quantised(name);
        return Bits(($"{name}.nf4.packed", matrix.Packed.ToArray()), ($"{name}.nf4.absmax", Bytes(matrix.Scales.ToArray())));
    }

    private Figure Dequantise(string name) => Dequantise(name, "nf4", new PlainNf4Scales(goldens.Floats($"{name}.nf4.absmax")));

    private Figure QuantiseTwice(string name)
    {
        var matrix = Quantised(name);
        float recorded = goldens.Floats($"{name}.nf4dq.offset")[0];
        if (!IsNear(Nf4Weights.Mean(matrix.Scales), recorded))
        {
            return new Figure(false, "offset");
        }

        var scales = Nf4Quantiser.Quantise(matrix.Scales.ToArray(), recorded, NestedBlockSize);
        return Bits(($"{name}.nf4dq.packed", matrix.Packed.ToArray()), ($"{name}.nf4dq.absmax_q", scales.Codes.ToArray()), ($"{name}.nf4dq.nested_absmax", Bytes(scales.NestedAbsmax)));
    }

    private Figure DequantiseTwice(string name) => Dequantise(name, "nf4dq", new DoubleNf4Scales(
        goldens.Bytes($"{name}.nf4dq.absmax_q"),
        goldens.Floats($"{name}.nf4dq.nested_absmax"),
        goldens.Floats("code.dynamic8"),
        NestedBlockSize,
        goldens.Floats($"{name}.nf4dq.offset")[0]));

    private int BlockSize => description["blocksize"]!.GetValue<int>();

    private int NestedBlockSize => description["nested_blocksize"]!.GetValue<int>();

    /// <summary>Equal, or neighbours: libtorch's mean may differ in the last bit between processors.</summary>
    internal static bool IsNear(float own, float recorded) => own == recorded || own == MathF.BitIncrement(recorded) || own == MathF.BitDecrement(recorded);

    private Nf4Matrix Quantised(string name) =>
        Nf4Quantiser.Quantise(goldens.Bytes($"{name}.weight"), goldens.Dtype($"{name}.weight"), goldens.Shape($"{name}.weight"), BlockSize);

    private Figure Dequantise(string name, string kind, Nf4Scales scales)
    {
        var dtype = goldens.Dtype($"{name}.weight");
        var matrix = new Nf4Matrix(goldens.Shape($"{name}.weight"), dtype, BlockSize, goldens.Bytes($"{name}.{kind}.packed"), goldens.Floats("code.nf4"), scales);
        float[] values = new float[matrix.Elements];
        matrix.Dequantise(values);
        return Bits(($"{name}.{kind}.dequant", dtype switch
        {
            TensorDtype.F32 => Bytes(values),
            TensorDtype.BF16 => MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, FloatBytes.ToBFloat16)).ToArray(),
            _ => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)).ToArray(),
        }));
    }

    private Figure Bits(params (string Golden, byte[] Own)[] pairs)
    {
        int good = pairs.Count(pair => goldens.Bytes(pair.Golden).AsSpan().SequenceEqual(pair.Own));
        return good == pairs.Length ? Figure.Ok : Figure.Count(good, pairs.Length);
    }

    private static byte[] Bytes(ReadOnlyMemory<float> values) => MemoryMarshal.AsBytes(values.Span).ToArray();
}
