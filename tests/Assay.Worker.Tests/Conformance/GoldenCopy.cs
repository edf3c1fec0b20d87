using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Worker.Conformance;

namespace Assay.Worker.Tests.Conformance;

/// <summary>A copy of golden folders that a test may damage, and the checks of it.</summary>
internal sealed class GoldenCopy : IDisposable
{
    private readonly string original;
    private readonly string folder = Directory.CreateTempSubdirectory("assay-golden-copy-").FullName;

    /// <param name="original">Goldens to copy from; also where the checks look for what the copy lacks.</param>
    /// <param name="folders">Folders below it.</param>
    public GoldenCopy(string original, params string[] folders)
    {
        this.original = original;
        foreach (string file in folders.SelectMany(name => Directory.EnumerateFiles(Path.Combine(original, name), "*", SearchOption.AllDirectories)))
        {
            string target = Path.Combine(folder, Path.GetRelativePath(original, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Adds to one element of an F32 tensor.</summary>
    public void Add(string file, string tensor, int index, float amount) => Change(file, tensor, bytes =>
    {
        var place = bytes.AsSpan(4 * index, 4);
        BinaryPrimitives.WriteSingleLittleEndian(place, BinaryPrimitives.ReadSingleLittleEndian(place) + amount);
    });

    /// <summary>Inverts one byte of a tensor.</summary>
    public void Invert(string file, string tensor, int index) => Change(file, tensor, bytes => bytes[index] ^= 0xFF);

    /// <summary>Changes a JSON file, unpacking it if need be.</summary>
    public void Edit(string file, Action<JsonNode> change)
    {
        string path = Path.Combine(folder, file);
        using var packed = File.Exists(path) ? null : new GZipStream(File.OpenRead(path + ".gz"), CompressionMode.Decompress);
        var document = packed is null ? JsonNode.Parse(File.ReadAllBytes(path))! : JsonNode.Parse(packed)!;
        change(document);
        File.WriteAllText(path, document.ToJsonString());
    }

    /// <summary>Changes a text file.</summary>
    public void Append(string file, string text) => File.AppendAllText(Path.Combine(folder, file), text);

    /// <summary>Exit code and printed lines, the summary last.</summary>
    /// <param name="only">As the verb's option.</param>
    public (int Code, string[] Lines) Check(string only)
    {
        var output = new StringWriter();
        int code = new ConformanceRun(folder, original, only, output, TextWriter.Null).Run();
        return (code, output.ToString().TrimEnd().Split(Environment.NewLine));
    }

    private void Change(string file, string tensor, Action<byte[]> change)
    {
        string path = Path.Combine(folder, file);
        byte[] bytes = File.ReadAllBytes(path);
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var offsets = JsonNode.Parse(Encoding.UTF8.GetString(bytes, 8, header))![tensor]!["data_offsets"]!;
        int first = 8 + header + offsets[0]!.GetValue<int>();
        byte[] content = bytes[first..(8 + header + offsets[1]!.GetValue<int>())];
        change(content);
        content.CopyTo(bytes, first);
        File.WriteAllBytes(path, bytes);
    }
}
