using Assay.Client.Contributions;

namespace Assay.Cli.Contributing;

/// <summary>The files below what was named on the command line, in an order that does not depend on the machine.</summary>
internal static class FileWalk
{
    /// <summary>Files as they are named, folders walked: ordinal order of their paths, without hidden ones and without following links.</summary>
    /// <exception cref="FileNotFoundException">A path does not exist.</exception>
    public static IReadOnlyList<LocalFile> Of(IEnumerable<string> paths) => [.. paths.SelectMany(One)];

    private static IEnumerable<LocalFile> One(string path)
    {
        if (File.Exists(path))
        {
            return [new LocalFile(Path.GetFileName(path), Path.GetFullPath(path))];
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"'{path}' does not exist.", path);
        }

        var root = Path.GetFullPath(path);
        return Below(root).Select(file => new LocalFile(Path.GetRelativePath(root, file).Replace('\\', '/'), file)).OrderBy(file => file.Name, StringComparer.Ordinal);
    }

    private static IEnumerable<string> Below(string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry.Name.StartsWith('.') || entry.LinkTarget is not null)
            {
                continue;
            }

            if (entry is FileInfo)
            {
                yield return entry.FullName;
                continue;
            }

            foreach (var file in Below(entry.FullName))
            {
                yield return file;
            }
        }
    }
}

/// <param name="Name">Path below the folder that was named, with slashes; the file's own name when the file was named.</param>
/// <param name="Path">Where it lies.</param>
internal sealed record LocalFile(string Name, string Path)
{
    /// <summary>What is said of this file; null: the same as of all others.</summary>
    public ContributionFacts? Facts { get; init; }
}
