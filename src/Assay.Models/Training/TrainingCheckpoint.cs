using System.Security.Cryptography;
using System.Text.Json;
using Assay.Data.Formats;

namespace Assay.Models.Training;

/// <summary>Training states on disk: one folder each, written aside, synchronised and renamed, with a SHA-256; the last two are kept.</summary>
public static class TrainingCheckpoint
{
    private const int Kept = 2;
    private const string Prefix = "step-";
    private const string Aside = "writing-";
    private const string Tensors = "state.safetensors";
    private const string Description = "state.json";
    private static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    /// <summary>Writes a state durably and drops all but the last two.</summary>
    /// <param name="folder">Checkpoint folder of one run; made when absent.</param>
    /// <param name="state">What to keep.</param>
    /// <param name="identity">What a resuming run must have in common.</param>
    /// <returns>SHA-256 in hex of the tensors' file.</returns>
    public static string Save(string folder, TrainingState state, IReadOnlyDictionary<string, string> identity)
    {
        Directory.CreateDirectory(folder);
        string aside = Path.Combine(folder, $"{Aside}{state.Step:D9}");
        string final = Path.Combine(folder, $"{Prefix}{state.Step:D9}");
        Remove(aside);
        Directory.CreateDirectory(aside);
        SafetensorsWriter.Write(Path.Combine(aside, Tensors), state.Tensors);
        string hash = Hash(Path.Combine(aside, Tensors));
        var file = new StateFile(state.Step, state.RateScale, state.Returns, hash, new Dictionary<string, string>(identity));
        DurableFile.WriteText(Path.Combine(aside, Description), JsonSerializer.Serialize(file, Snake));

        // A crash before the rename leaves only the folder aside, which the next save removes.
        Remove(final);
        Directory.Move(aside, final);
        DurableFile.SyncFolder(folder);
        foreach (string old in Folders(folder).Skip(Kept).Concat(Directory.EnumerateDirectories(folder, Aside + "*")).ToList())
        {
            Remove(old);
        }

        return hash;
    }

    /// <summary>The newest undamaged state, or null when the folder holds none.</summary>
    /// <param name="folder">Checkpoint folder of one run.</param>
    /// <param name="identity">What the resuming run is.</param>
    /// <exception cref="InvalidCheckpointException">The newest undamaged state belongs to a run that differs; every difference is named. Or all states are damaged.</exception>
    public static TrainingState? LoadNewest(string folder, IReadOnlyDictionary<string, string> identity)
    {
        InvalidCheckpointException? damage = null;
        foreach (string candidate in Folders(folder))
        {
            try
            {
                var (file, state) = Load(candidate);
                CheckIdentity(file.Identity, identity);
                return state;
            }
            catch (Exception error) when (error is IOException or JsonException or InvalidSafetensorsException)
            {
                damage = new InvalidCheckpointException($"The checkpoint '{Path.GetFileName(candidate)}' is damaged: {error.Message}", error);
            }
        }

        return damage is null ? null : throw damage;
    }

    private static (StateFile File, TrainingState State) Load(string candidate)
    {
        var file = JsonSerializer.Deserialize<StateFile>(File.ReadAllBytes(Path.Combine(candidate, Description)), Snake)
            ?? throw new JsonException($"{Description} is empty.");
        string path = Path.Combine(candidate, Tensors);
        if (Hash(path) != file.Sha256)
        {
            throw new InvalidSafetensorsException($"{Tensors} does not have the recorded SHA-256.");
        }

        using var tensors = SafetensorsFile.Open(path);
        var contents = tensors.Header.Tensors.Select(entry => new TensorContent(entry.Name, entry.Dtype, entry.Shape, tensors.Bytes(entry).ToArray()));
        return (file, new TrainingState(file.Step, file.RateScale, file.Returns, [.. contents]));
    }

    private static void CheckIdentity(Dictionary<string, string> stored, IReadOnlyDictionary<string, string> own)
    {
        var differing = stored.Keys.Union(own.Keys).Where(key => stored.GetValueOrDefault(key) != own.GetValueOrDefault(key)).Order(StringComparer.Ordinal).ToList();
        if (differing.Count > 0)
        {
            string named = string.Join("; ", differing.Select(key => $"{key} was {stored.GetValueOrDefault(key) ?? "absent"} and is now {own.GetValueOrDefault(key) ?? "absent"}"));
            throw new InvalidCheckpointException($"The checkpoint belongs to another run: {named}. Start a new run, or restore what differs.");
        }
    }

    /// <summary>Finished checkpoint folders, newest first.</summary>
    private static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder, Prefix + "*").OrderByDescending(path => path, StringComparer.Ordinal)
            : [];

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed record StateFile(int Step, double RateScale, int Returns, string Sha256, Dictionary<string, string> Identity);
}
