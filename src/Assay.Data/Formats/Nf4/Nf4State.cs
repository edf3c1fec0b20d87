using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Assay.Data.Formats.Nf4;

/// <summary>The JSON that lies beside a quantised weight: what cannot be seen from the tensors.</summary>
/// <param name="BlockSize">Elements that share a scale.</param>
/// <param name="Dtype">Type of the weight before: F32, F16 or BF16.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Nested">Block size and offset of double quantisation, or null without it.</param>
/// <remarks>Source: <c>QuantState.as_dict</c> of bitsandbytes 0.50, key <c>quant_state.bitsandbytes__nf4</c>.</remarks>
internal sealed record Nf4State(int BlockSize, TensorDtype Dtype, IReadOnlyList<long> Shape, NestedNf4State? Nested)
{
    private const int Longest = 1 << 16;
    private const long MostElements = 1L << 32;

    /// <summary>Parses the JSON of a weight.</summary>
    /// <exception cref="InvalidSafetensorsException">It is not what bitsandbytes writes.</exception>
    public static Nf4State Parse(string weight, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json.Length <= Longest ? json : throw Wrong(weight, $"it has {json.Length} bytes"), new JsonDocumentOptions { MaxDepth = 4 });
            var root = document.RootElement;
            if (root.GetProperty("quant_type").GetString() is not "nf4")
            {
                throw Wrong(weight, $"quant_type is {root.GetProperty("quant_type").GetRawText()}, not nf4");
            }

            return new Nf4State(BlockSizeOf(weight, root, "blocksize"), DtypeOf(weight, root), ShapeOf(weight, root), NestedOf(weight, root));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidSafetensorsException($"The quantisation state of '{weight}' is not the JSON that bitsandbytes writes: {error.Message}", error);
        }
    }

    /// <summary>The JSON, with the blanks and number texts of Python's <c>json.dumps</c>.</summary>
    public byte[] ToJson()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{{\"quant_type\": \"nf4\", \"blocksize\": {BlockSize}, \"dtype\": \"{NameOf(Dtype)}\", \"shape\": [{string.Join(", ", Shape)}]");
        if (Nested is { } nested)
        {
            text.Append(CultureInfo.InvariantCulture, $", \"nested_blocksize\": {nested.BlockSize}, \"nested_dtype\": \"float32\", \"nested_offset\": {Number(nested.Offset)}");
        }

        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    private static int BlockSizeOf(string weight, JsonElement root, string field) =>
        root.GetProperty(field).TryGetInt64(out long size) && Nf4Quantiser.IsBlockSize(size)
            ? (int)size
            : throw Wrong(weight, $"{field} is {root.GetProperty(field).GetRawText()}; it must be a power of two from 32 to 4096");

    private static TensorDtype DtypeOf(string weight, JsonElement root) => root.GetProperty("dtype").GetString() switch
    {
        "float32" => TensorDtype.F32,
        "float16" => TensorDtype.F16,
        "bfloat16" => TensorDtype.BF16,
        _ => throw Wrong(weight, $"dtype is {root.GetProperty("dtype").GetRawText()}; it must be float32, float16 or bfloat16"),
    };

    private static string NameOf(TensorDtype dtype) => dtype switch
    {
        TensorDtype.F32 => "float32",
        TensorDtype.F16 => "float16",
        _ => "bfloat16",
    };

    private static long[] ShapeOf(string weight, JsonElement root)
    {
        var sizes = new List<long>();
        long elements = 1;
        foreach (var item in root.GetProperty("shape").EnumerateArray())
        {
            long size = item.TryGetInt64(out long number) ? number : 0;
            if (size < 1 || size > MostElements / elements || sizes.Count == 8)
            {
                throw Wrong(weight, $"shape is {root.GetProperty("shape").GetRawText()}");
            }

            sizes.Add(size);
            elements *= size;
        }

        return sizes.Count > 0 ? [.. sizes] : throw Wrong(weight, "shape is empty");
    }

    private static NestedNf4State? NestedOf(string weight, JsonElement root)
    {
        if (!root.TryGetProperty("nested_blocksize", out _))
        {
            return null;
        }

        if (root.GetProperty("nested_dtype").GetString() is not "float32")
        {
            throw Wrong(weight, $"nested_dtype is {root.GetProperty("nested_dtype").GetRawText()}, not float32");
        }

        float offset = root.GetProperty("nested_offset").GetSingle();
        return float.IsFinite(offset) ? new NestedNf4State(BlockSizeOf(weight, root, "nested_blocksize"), offset) : throw Wrong(weight, "nested_offset is not finite");
    }

    private static InvalidSafetensorsException Wrong(string weight, string what) => new($"The quantisation state of '{weight}' cannot be used: {what}.");

    /// <summary>A number as Python prints it: the fp32 value widened to a double, shortest text that gives it back.</summary>
    private static string Number(float value)
    {
        string text = ((double)value).ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) ? text.Replace('E', 'e') : text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }
}
