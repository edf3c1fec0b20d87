using System.Text.Json;
using Assay.Data.Formats;

namespace Assay.Worker.Hub;

/// <summary>What a pull fetched, written beside it as <c>assay-pull.json</c>; from it the folder is checked again without the network.</summary>
/// <param name="Host">The hub that listed the files.</param>
/// <param name="Model">OWNER/NAME.</param>
/// <param name="Revision">The revision that was asked for, such as <c>main</c>.</param>
/// <param name="Commit">The commit it stood for.</param>
/// <param name="Complete">False while files are missing.</param>
/// <param name="Files">The files that are there and checked.</param>
internal sealed record PullManifest(string Host, string Model, string Revision, string Commit, bool Complete, IReadOnlyList<PulledFile> Files)
{
    /// <summary>The manifest's name in the folder.</summary>
    public const string FileName = "assay-pull.json";

    private const long LargestFile = 16L << 20;

    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    /// <summary>The folder's manifest, or null when it has none.</summary>
    /// <exception cref="HubException">There is one, but it is broken.</exception>
    public static PullManifest? Find(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        if (!file.Exists)
        {
            return null;
        }

        try
        {
            var manifest = file.Length <= LargestFile ? JsonSerializer.Deserialize<PullManifest>(File.ReadAllBytes(file.FullName), Form) : null;
            return manifest is not null && manifest.Files.All(entry => entry is not null && entry.Name == Path.GetFileName(entry.Name) && PullableFiles.LimitOf(entry.Name) is not null)
                ? manifest
                : throw new JsonException("It is too large, empty, or names other files.");
        }
        catch (JsonException error)
        {
            throw new HubException(HubFailure.FolderInUse, $"'{file.FullName}' is no manifest of a pull: {error.Message} Remove it, or pull into another folder.", error);
        }
    }

    /// <summary>Writes the manifest durably.</summary>
    public void Write(string folder) =>
        DurableFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, Form));
}
