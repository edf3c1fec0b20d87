using System.Text.Json;

namespace Assay.Data.Formats;

/// <summary>All weights of a model folder: one <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> names.</summary>
/// <remarks>The index wins when both exist, as in the Hugging Face loaders.</remarks>
public sealed class SafetensorsCheckpoint : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private const int LargestIndex = 64 << 20;

    private readonly List<SafetensorsFile> files = [];
    private readonly Dictionary<string, SafetensorsFile> homes = new(StringComparer.Ordinal);

    private SafetensorsCheckpoint()
    {
    }

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => homes.Keys;

    /// <summary>Opens the weights of a folder.</summary>
    /// <exception cref="InvalidSafetensorsException">No weights, a broken index, or a broken file.</exception>
    public static SafetensorsCheckpoint Open(string folder)
    {
        var checkpoint = new SafetensorsCheckpoint();
        try
        {
            if (File.Exists(Path.Combine(folder, Index)))
            {
                checkpoint.OpenShards(folder);
            }
            else if (File.Exists(Path.Combine(folder, Single)))
            {
                checkpoint.Add(Path.Combine(folder, Single));
            }
            else
            {
                throw new InvalidSafetensorsException($"'{folder}' has neither {Single} nor {Index}.");
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Opens a single file under any name.</summary>
    /// <exception cref="InvalidSafetensorsException">The file is broken.</exception>
    public static SafetensorsCheckpoint OpenFile(string path)
    {
        var checkpoint = new SafetensorsCheckpoint();
        checkpoint.Add(path);
        return checkpoint;
    }

    /// <summary>The tensor called <paramref name="name"/> and its file, or null.</summary>
    public (SafetensorsFile File, TensorEntry Entry)? Find(string name) =>
        homes.TryGetValue(name, out var file) ? (file, file.Find(name)!) : null;

    public void Dispose() => files.ForEach(file => file.Dispose());

    private void OpenShards(string folder)
    {
        var map = ReadIndex(Path.Combine(folder, Index));
        var shards = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (string shard in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            string path = Path.Combine(folder, shard);
            if (shard != Path.GetFileName(shard) || shard is "." or ".." || shard.Contains('\\') || !File.Exists(path))
            {
                throw new InvalidSafetensorsException($"The index names the shard '{shard}', which is not a file of the same folder.");
            }

            shards.Add(shard, Add(path));
        }

        foreach (var (name, shard) in map)
        {
            if (homes.GetValueOrDefault(name) != shards[shard])
            {
                throw new InvalidSafetensorsException($"The index says that tensor '{name}' is in '{shard}', but it is not.");
            }
        }
    }

    private SafetensorsFile Add(string path)
    {
        var file = SafetensorsFile.Open(path);
        files.Add(file);
        foreach (var tensor in file.Header.Tensors)
        {
            if (!homes.TryAdd(tensor.Name, file))
            {
                throw new InvalidSafetensorsException($"Tensor '{tensor.Name}' is in two shards.");
            }
        }

        return file;
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        if (new FileInfo(path).Length > LargestIndex)
        {
            throw new InvalidSafetensorsException($"{Index} is larger than {LargestIndex} bytes.");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 8 });
            var map = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in document.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                if (!map.TryAdd(property.Name, property.Value.GetString() ?? throw new InvalidSafetensorsException($"{Index} gives no shard for '{property.Name}'.")))
                {
                    throw new InvalidSafetensorsException($"{Index} names the tensor '{property.Name}' twice.");
                }
            }

            return map;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidSafetensorsException($"{Index} is not the JSON that the format prescribes: {error.Message}", error);
        }
    }
}
