using System.Text.Json;
using System.Text.RegularExpressions;

namespace Assay.Worker.Hub;

/// <summary>What the hub says about one revision of a model.</summary>
/// <param name="Commit">The commit the revision names when asked, 40 hex digits.</param>
/// <param name="Files">The files of the repository's top folder; those in subfolders are left out.</param>
/// <remarks>Answer of <c>GET /api/models/{id}/revision/{revision}?blobs=true</c>: <c>sha</c> and <c>siblings</c> with <c>rfilename</c>, <c>size</c>, <c>blobId</c>, <c>lfs.sha256</c>.</remarks>
internal sealed partial record HubListing(string Commit, IReadOnlyList<HubFile> Files)
{
    private const int MostFiles = 20_000;

    /// <summary>Reads the answer.</summary>
    /// <exception cref="HubException">It is something else, or names a file that would leave the folder.</exception>
    public static HubListing Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            string commit = document.RootElement.GetProperty("sha").GetString() ?? "";
            if (!Sha1().IsMatch(commit))
            {
                throw Bad("its sha is no commit of 40 hex digits");
            }

            var siblings = document.RootElement.GetProperty("siblings");
            if (siblings.GetArrayLength() > MostFiles)
            {
                throw Bad($"it has more than {MostFiles} files");
            }

            var files = new Dictionary<string, HubFile>(StringComparer.OrdinalIgnoreCase);
            foreach (var sibling in siblings.EnumerateArray())
            {
                string name = sibling.GetProperty("rfilename").GetString() ?? "";
                CheckName(name);
                if (!name.Contains('/') && PullableFiles.LimitOf(name) is not null && !files.TryAdd(name, Read(sibling, name)))
                {
                    throw Bad($"'{name}' occurs twice");
                }
            }

            return new HubListing(commit, [.. files.Values]);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new HubException(HubFailure.BadAnswer, $"The hub's list of files is not the JSON that its interface prescribes: {error.Message}", error);
        }
    }

    private static HubFile Read(JsonElement sibling, string name)
    {
        bool large = sibling.TryGetProperty("lfs", out var lfs) && lfs.ValueKind is not JsonValueKind.Null;
        long? size = Number(large ? lfs : sibling) ?? Number(sibling);
        string? sha256 = large ? lfs.GetProperty("sha256").GetString() : null;
        string? blob = large ? null : sibling.TryGetProperty("blobId", out var id) ? id.GetString() : null;
        if (size is not >= 0 || !(sha256 is null ? blob is not null && Sha1().IsMatch(blob) : Sha256Form().IsMatch(sha256)))
        {
            throw Bad($"'{name}' has no size, or neither a SHA-256 nor a git hash; without them its content cannot be checked");
        }

        return new HubFile(name, size.Value, sha256, blob);
    }

    private static long? Number(JsonElement owner) =>
        owner.TryGetProperty("size", out var size) && size.ValueKind is JsonValueKind.Number && size.TryGetInt64(out long bytes) ? bytes : null;

    // Judged for every file, wanted or not: a listing with such a name is an attack, not a model.
    private static void CheckName(string name)
    {
        bool harmless = name.Length is > 0 and <= 1024 && name.Split('/').All(part => part is not ("" or "." or ".."))
            && !name.Any(character => character is '\\' or ':' || char.IsControl(character));
        if (!harmless)
        {
            throw Bad($"it names the file '{new string([.. name.Take(80).Select(character => char.IsControl(character) ? '?' : character)])}', which would leave the folder");
        }
    }

    private static HubException Bad(string why) => new(HubFailure.BadAnswer, $"The hub's list of files is refused: {why}.");

    [GeneratedRegex(@"^[0-9a-f]{40}\z")]
    private static partial Regex Sha1();

    [GeneratedRegex(@"^[0-9a-f]{64}\z")]
    private static partial Regex Sha256Form();
}
