namespace Assay.Worker.Hub;

/// <summary>What a pull fetches, and where to.</summary>
/// <param name="Model">The model.</param>
/// <param name="Revision">The revision that the user names.</param>
/// <param name="Wanted">The revision that the hub is asked for: the user's, or a commit when a folder is repaired.</param>
/// <param name="Folder">Where to.</param>
internal sealed record PullTarget(ModelId Model, string Revision, string Wanted, string Folder)
{
    /// <summary>Folder of unfinished content.</summary>
    public string Work => Path.Combine(Folder, ".pull");

    /// <summary>Address of the list of files.</summary>
    public Uri Listing(Uri root) => new(Rooted(root), $"api/models/{Model}/revision/{Uri.EscapeDataString(Wanted)}?blobs=true");

    /// <summary>Address of a file's content.</summary>
    public Uri Content(Uri root, string commit, HubFile file) => new(Rooted(root), $"{Model}/resolve/{commit}/{Uri.EscapeDataString(file.Name)}");

    /// <summary>Path of a file's unfinished content, named by the content: two versions of a file are never mixed.</summary>
    public string Partial(HubFile file) => Path.Combine(Work, file.ContentId + ".part");

    /// <summary>Path of the whole file.</summary>
    public string Final(HubFile file) => Path.Combine(Folder, file.Name);

    // A root with a path keeps it: https://mirror.example/hub/ + OWNER/NAME.
    private static Uri Rooted(Uri root) => new(root.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
}
