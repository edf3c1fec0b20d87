using System.Runtime.InteropServices;

namespace Assay.Data.Formats.Nf4;

/// <summary>Quantised weights under the names that bitsandbytes gives their parts in a safetensors file.</summary>
/// <remarks>
/// Beside <c>w</c>, the packed codes as U8 [⌈n/2⌉, 1]: <c>w.absmax</c>, <c>w.quant_map</c>, <c>w.quant_state.bitsandbytes__nf4</c> and, with double quantisation,
/// <c>w.nested_absmax</c> and <c>w.nested_quant_map</c>. The tables are always read from the file, never assumed.
/// </remarks>
public static class Nf4Tensors
{
    private const string State = ".quant_state.bitsandbytes__";
    private static readonly string[] Parts = [".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map"];

    /// <summary>The weight a tensor is a part of, or null when its name is no part's name.</summary>
    /// <param name="name">Such as <c>model.layers.0.mlp.up_proj.weight.absmax</c>.</param>
    public static string? WeightOf(string name)
    {
        int state = name.IndexOf(State, StringComparison.Ordinal);
        if (state > 0)
        {
            return name[..state];
        }

        return Array.Find(Parts, part => name.EndsWith(part, StringComparison.Ordinal)) is { } found ? name[..^found.Length] : null;
    }

    /// <summary>The quantised weight called <paramref name="weight"/>, or null when a tensor of that name is absent or not quantised.</summary>
    /// <param name="checkpoint">Its packed codes are not copied: do not read them after it is closed.</param>
    /// <param name="weight">Key of the packed codes.</param>
    /// <exception cref="InvalidSafetensorsException">Parts are missing, contradict each other, or are in another 4-bit type.</exception>
    public static Nf4Matrix? Find(SafetensorsCheckpoint checkpoint, string weight)
    {
        if (checkpoint.Find(weight) is not { } packed)
        {
            return null;
        }

        if (checkpoint.Find($"{weight}{State}nf4") is not { } stored)
        {
            return checkpoint.Find($"{weight}{State}fp4") is null
                ? null
                : throw new InvalidSafetensorsException($"'{weight}' is quantised to FP4. Only NF4 is computed: quantise the model again with bnb_4bit_quant_type \"nf4\".");
        }

        var state = Nf4State.Parse(weight, stored.File.Bytes(stored.Entry).ToArray());
        long elements = state.Shape.Aggregate(1L, (count, size) => count * size);
        if (packed.Entry.Length != (elements + 1) / 2)
        {
            throw new InvalidSafetensorsException($"'{weight}' has {packed.Entry.Length} bytes; {elements} elements in 4 bits are {(elements + 1) / 2}.");
        }

        int blocks = checked((int)((elements + state.BlockSize - 1) / state.BlockSize));
        var codes = packed.File.Memory(packed.Entry);
        return new Nf4Matrix(state.Shape, state.Dtype, state.BlockSize, codes, Floats(checkpoint, $"{weight}.quant_map", 16), Scales(checkpoint, weight, state.Nested, blocks));
    }

    /// <summary>The sizes a quantised weight has when it is dequantised, or null when a tensor of that name is absent or not quantised to NF4.</summary>
    /// <exception cref="InvalidSafetensorsException">The quantisation state is broken.</exception>
    public static IReadOnlyList<long>? ShapeOf(SafetensorsCheckpoint checkpoint, string weight) =>
        checkpoint.Find($"{weight}{State}nf4") is { } stored ? Nf4State.Parse(weight, stored.File.Bytes(stored.Entry).ToArray()).Shape : null;

    /// <summary>The tensors to write for a quantised weight.</summary>
    /// <param name="weight">Key of the packed codes.</param>
    /// <param name="matrix">What to write.</param>
    public static IEnumerable<TensorContent> Contents(string weight, Nf4Matrix matrix)
    {
        NestedNf4State? nested = null;
        yield return new TensorContent(weight, TensorDtype.U8, [matrix.Packed.Length, 1], matrix.Packed);
        yield return Floats($"{weight}.quant_map", matrix.Levels);
        if (matrix.Scales is DoubleNf4Scales scales)
        {
            nested = new NestedNf4State(scales.BlockSize, scales.Offset);
            yield return new TensorContent($"{weight}.absmax", TensorDtype.U8, [scales.Count], scales.Codes);
            yield return Floats($"{weight}.nested_absmax", scales.NestedAbsmax);
            yield return Floats($"{weight}.nested_quant_map", scales.Map);
        }
        else
        {
            yield return Floats($"{weight}.absmax", matrix.Scales.ToArray());
        }

        byte[] state = new Nf4State(matrix.BlockSize, matrix.Dtype, matrix.Shape, nested).ToJson();
        yield return new TensorContent($"{weight}{State}nf4", TensorDtype.U8, [state.Length], state);
    }

    private static Nf4Scales Scales(SafetensorsCheckpoint checkpoint, string weight, NestedNf4State? nested, int blocks)
    {
        if (nested is null)
        {
            return new PlainNf4Scales(Floats(checkpoint, $"{weight}.absmax", blocks));
        }

        var (file, entry) = Part(checkpoint, $"{weight}.absmax", TensorDtype.U8, blocks);
        float[] absmax = Floats(checkpoint, $"{weight}.nested_absmax", (blocks + nested.BlockSize - 1) / nested.BlockSize);
        return new DoubleNf4Scales(file.Bytes(entry).ToArray(), absmax, Floats(checkpoint, $"{weight}.nested_quant_map", 256), nested.BlockSize, nested.Offset);
    }

    private static float[] Floats(SafetensorsCheckpoint checkpoint, string name, int count)
    {
        var (file, entry) = Part(checkpoint, name, TensorDtype.F32, count);
        float[] values = MemoryMarshal.Cast<byte, float>(file.Bytes(entry)).ToArray();
        return Array.TrueForAll(values, float.IsFinite) ? values : throw new InvalidSafetensorsException($"'{name}' holds a number that is not finite.");
    }

    private static TensorContent Floats(string name, ReadOnlyMemory<float> values) =>
        new(name, TensorDtype.F32, [values.Length], MemoryMarshal.AsBytes(values.Span).ToArray());

    private static (SafetensorsFile File, TensorEntry Entry) Part(SafetensorsCheckpoint checkpoint, string name, TensorDtype dtype, int count)
    {
        var found = checkpoint.Find(name) ?? throw new InvalidSafetensorsException($"The checkpoint lacks '{name}', although its weight is quantised.");
        return found.Entry.Dtype == dtype && found.Entry.Elements == count
            ? found
            : throw new InvalidSafetensorsException($"'{name}' has {found.Entry.Elements} elements of {found.Entry.Dtype.FileName()}; the weight's size implies {count} of {dtype.FileName()}.");
    }
}
