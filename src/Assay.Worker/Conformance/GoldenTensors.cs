using System.IO.Compression;
using System.Runtime.InteropServices;
using Assay.Data.Formats;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>A file of golden tensors, plain or gzipped.</summary>
internal sealed class GoldenTensors : IDisposable
{
    private const long LargestUnzipped = 256L << 20;

    private readonly SafetensorsFile file;
    private readonly string? unzipped;

    private GoldenTensors(SafetensorsFile file, string? unzipped) => (this.file, this.unzipped) = (file, unzipped);

    /// <summary>Names of all tensors, ordinal.</summary>
    public IEnumerable<string> Names => file.Header.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal);

    /// <summary>Opens <paramref name="path"/>, or <paramref name="path"/>.gz, or returns null when neither exists.</summary>
    public static GoldenTensors? Open(string path)
    {
        if (File.Exists(path))
        {
            return new GoldenTensors(SafetensorsFile.Open(path), null);
        }

        if (!File.Exists(path + ".gz"))
        {
            return null;
        }

        string target = Path.Combine(Path.GetTempPath(), $"assay-golden-{Guid.NewGuid():N}.safetensors");
        using (var source = new GZipStream(File.OpenRead(path + ".gz"), CompressionMode.Decompress))
        using (var copy = File.Create(target))
        {
            byte[] buffer = new byte[1 << 16];
            for (int read; (read = source.Read(buffer)) > 0;)
            {
                copy.Write(buffer, 0, read);
                if (copy.Length > LargestUnzipped)
                {
                    throw new InvalidSafetensorsException($"'{path}.gz' unzips to more than {LargestUnzipped} bytes.");
                }
            }
        }

        return new GoldenTensors(SafetensorsFile.Open(target), target);
    }

    /// <summary>Goldens of a model folder, or null. The same weights under the names of published files, <c>X_hub_layout</c>, share the goldens of their sibling X.</summary>
    public static GoldenTensors? OfModel(string folder) =>
        Open(Path.Combine(folder, "golden.safetensors"))
        ?? (folder.EndsWith("_hub_layout", StringComparison.Ordinal) ? Open(Path.Combine(folder[..^"_hub_layout".Length], "golden.safetensors")) : null);

    public bool Has(string name) => file.Find(name) is not null;

    /// <summary>Cases C that have <c>C.input_ids</c> and <c>C.</c><paramref name="output"/>, ordinal.</summary>
    public IEnumerable<string> Cases(string output) =>
        Names.Where(name => name.EndsWith("." + output, StringComparison.Ordinal))
            .Select(name => name[..^(output.Length + 1)])
            .Where(name => Has($"{name}.input_ids"));

    public long[] Integers(string name) => MemoryMarshal.Cast<byte, long>(file.Bytes(Entry(name, TensorDtype.I64))).ToArray();

    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(file.Bytes(Entry(name, TensorDtype.F32))).ToArray();

    public byte[] Bytes(string name) => file.Bytes(file.Find(name) ?? throw new KeyNotFoundException($"The goldens lack '{name}'.")).ToArray();

    public TensorDtype Dtype(string name) => file.Find(name)?.Dtype ?? throw new KeyNotFoundException($"The goldens lack '{name}'.");

    public IReadOnlyList<long> Shape(string name) => file.Find(name)?.Shape ?? throw new KeyNotFoundException($"The goldens lack '{name}'.");

    public Tensor Tensor(string name) => TensorBytes.ToFloat32(file, Entry(name, TensorDtype.F32));

    /// <summary>Largest absolute difference between a tensor and a golden of the same shape; infinite when shapes differ.</summary>
    public double Difference(string name, Tensor own)
    {
        using var scope = NewDisposeScope();
        var golden = Tensor(name);
        return golden.shape.SequenceEqual(own.shape) ? (golden - own.detach()).abs().max().item<float>() : double.PositiveInfinity;
    }

    public void Dispose()
    {
        file.Dispose();
        if (unzipped is not null)
        {
            File.Delete(unzipped);
        }
    }

    private TensorEntry Entry(string name, TensorDtype dtype) =>
        file.Find(name) is { } entry && entry.Dtype == dtype ? entry : throw new KeyNotFoundException($"The goldens lack '{name}' as {dtype}.");
}
