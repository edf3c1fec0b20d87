using Assay.Data.Formats;

namespace Assay.Worker.Hub;

/// <summary>Fetches a model into a folder. Files appear under their names when all of them are there and checked, not before.</summary>
/// <remarks>
/// Until then content lies in the folder's <c>.pull/</c> under its hash; the next pull continues it.
/// A complete folder is only checked, without the network; damaged or missing files are fetched again at the commit that the manifest names.
/// </remarks>
internal sealed class ModelPull(HubOptions options, Action<PullProgress> report)
{
    private const int LargestListing = 16 << 20;
    private const long SpareBytes = 64L << 20;

    /// <summary>Pulls.</summary>
    /// <param name="model">The model.</param>
    /// <param name="revision">Branch, tag or commit.</param>
    /// <param name="folder">Where to; made when absent.</param>
    /// <param name="update">Ask the hub for the newest commit even if the folder is complete.</param>
    /// <exception cref="HubException">The folder does not hold the whole model; what has arrived is kept for the next attempt.</exception>
    public async Task<PullOutcome> RunAsync(ModelId model, string revision, string folder, bool update, CancellationToken cancel)
    {
        CheckRevision(revision);
        var earlier = PullManifest.Find(folder);
        if (earlier is not null && earlier.Model != model.ToString())
        {
            throw new HubException(HubFailure.FolderInUse, $"'{folder}' holds {earlier.Model}. Pull {model} into another folder with --to.");
        }

        bool same = earlier is { Complete: true } && earlier.Revision == revision && !update;
        if (same && await IsIntactAsync(earlier!, folder, cancel))
        {
            return new PullOutcome(earlier!, 0, Offline: true);
        }

        var target = new PullTarget(model, revision, same ? earlier!.Commit : revision, folder);
        using var hub = new HubConnection(options);
        using var alone = new PullLock(target);
        return await FetchAsync(hub, target, earlier, cancel);
    }

    private async Task<PullOutcome> FetchAsync(HubConnection hub, PullTarget target, PullManifest? earlier, CancellationToken cancel)
    {
        var listing = HubListing.Parse(await hub.ReadAsync(target.Listing(options.Host), LargestListing, cancel));
        var others = listing.Files.Where(file => !PullableFiles.IsWeights(file)).ToList();
        var index = others.Find(file => file.Name == PullableFiles.Index);
        var weights = index is null ? PullableFiles.ChooseWeights(listing, null) : []; // refuses before anything is fetched
        CheckSizes([.. others, .. weights]);

        var transfer = new Transfer(hub, target, listing.Commit, earlier);
        if (index is not null)
        {
            await TakeAsync(transfer, index, cancel);
            weights = PullableFiles.ChooseWeights(listing, await File.ReadAllBytesAsync(transfer.Taken[^1].Path, cancel));
            CheckSizes([.. others, .. weights]);
        }

        List<HubFile> rest = [.. others.Where(file => file != index), .. weights];
        CheckDisk(rest, target);
        foreach (var file in rest)
        {
            await TakeAsync(transfer, file, cancel);
        }

        return Publish(transfer);
    }

    // Leaves the content either under its final name, when it was there already, or whole and checked in the work folder.
    private async Task TakeAsync(Transfer transfer, HubFile file, CancellationToken cancel)
    {
        var (target, path) = (transfer.Target, transfer.Target.Final(file));
        string? hash = Matching(file, path);
        if (hash is null)
        {
            if (File.Exists(path) && transfer.Earlier?.Files.Any(old => old.Name == file.Name) is not true)
            {
                throw new HubException(HubFailure.FolderInUse, $"'{path}' exists, differs from the hub's file, and was not pulled. Pull into another folder with --to.");
            }

            path = target.Partial(file);
            Uri[] sources = [.. ((Uri?[])[options.Mirror, options.Host]).OfType<Uri>().Select(root => target.Content(root, transfer.Commit, file))];
            hash = await new FileTransfer(transfer.Hub, options, report).FetchAsync(file, sources, path, cancel);
        }

        transfer.Taken.Add((new PulledFile(file.Name, file.Size, hash, file.Sha256 is null ? "git-sha1" : "sha256"), path));
    }

    private PullOutcome Publish(Transfer transfer)
    {
        var (target, earlier) = (transfer.Target, transfer.Earlier);
        List<PulledFile> files = [.. transfer.Taken.Select(taken => taken.File).OrderBy(file => file.Name, StringComparer.Ordinal)];
        PulledFile[] gone = [.. (earlier?.Files ?? []).Where(old => files.TrueForAll(file => file.Name != old.Name))];
        var manifest = new PullManifest(options.Host.GetLeftPart(UriPartial.Path), target.Model.ToString(), target.Revision, transfer.Commit, Complete: true, files);

        // A crash between two renames leaves a manifest that calls the folder incomplete and knows every file in it.
        (manifest with { Complete = false, Files = [.. files, .. gone] }).Write(target.Folder);
        int fetched = 0;
        foreach (var (file, path) in transfer.Taken)
        {
            string final = Path.Combine(target.Folder, file.Name);
            if (path != final)
            {
                File.Move(path, final, overwrite: true);
                fetched++;
            }
        }

        foreach (var old in gone)
        {
            File.Delete(Path.Combine(target.Folder, old.Name)); // of the commit before; a loader would read it
        }

        foreach (string rest in Directory.EnumerateFiles(target.Work, "*.part"))
        {
            File.Delete(rest);
        }

        DurableFile.SyncFolder(target.Folder);
        manifest.Write(target.Folder);
        return new PullOutcome(manifest, fetched, Offline: false);
    }

    private static string? Matching(HubFile file, string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != file.Size)
        {
            return null;
        }

        using var stream = File.OpenRead(path);
        using var hash = new ContentHash(file);
        hash.Append(stream);
        return hash.Match();
    }

    private async Task<bool> IsIntactAsync(PullManifest manifest, string folder, CancellationToken cancel)
    {
        bool intact = true;
        foreach (var file in manifest.Files)
        {
            if (!await file.IsIntactAsync(folder, cancel))
            {
                report(new PullProgress(new HubFile(file.Name, file.Size, file.Sha256, null), 0, $"'{file.Name}' is missing or was changed since it was pulled; it is fetched again."));
                intact = false;
            }
        }

        return intact;
    }

    private void CheckSizes(IReadOnlyList<HubFile> files)
    {
        if (files.FirstOrDefault(file => file.Size > PullableFiles.LimitOf(file.Name)) is { } large)
        {
            throw new HubException(HubFailure.TooLarge, $"'{large.Name}' has {large.Size} bytes; at most {PullableFiles.LimitOf(large.Name)} are fetched of such a file.");
        }

        decimal all = files.Sum(file => (decimal)file.Size);
        if (all > options.MostBytes)
        {
            throw new HubException(HubFailure.TooLarge, $"The model has {all} bytes; at most {options.MostBytes} are fetched. --max-gib allows more.");
        }
    }

    private void CheckDisk(IReadOnlyList<HubFile> files, PullTarget target)
    {
        static long Present(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
        long missing = files.Where(file => Present(target.Final(file)) != file.Size).Sum(file => file.Size - Math.Min(file.Size, Present(target.Partial(file))));
        long free = options.FreeBytes(target.Folder);
        if (missing > free - SpareBytes)
        {
            throw new HubException(HubFailure.DiskFull, $"The model needs {missing >> 20} MiB more on the disk of '{target.Folder}' and {SpareBytes >> 20} MiB to spare, and {free >> 20} MiB are free. Free some space or give another folder with --to.");
        }
    }

    private static void CheckRevision(string revision)
    {
        if (revision.Length is 0 or > 255 || revision.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)) || revision.Contains("..", StringComparison.Ordinal))
        {
            throw new ArgumentException("A revision is the name of a branch or tag, or a commit: 1 to 255 characters without blanks or '..'.", nameof(revision));
        }
    }

    private sealed record Transfer(HubConnection Hub, PullTarget Target, string Commit, PullManifest? Earlier)
    {
        /// <summary>The files so far, and where each now lies.</summary>
        public List<(PulledFile File, string Path)> Taken { get; } = [];
    }
}
