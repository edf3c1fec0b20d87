using System.IO.Compression;

namespace Assay.Worker.Conformance;

/// <summary>A folder of goldens, found by the walk.</summary>
/// <param name="Goldens">The folder the walk began in.</param>
/// <param name="Assets">Where to look for what the goldens lack, or null.</param>
/// <param name="Name">Path relative to <paramref name="Goldens"/>, with <c>/</c>.</param>
internal sealed record GoldenFolder(string Goldens, string? Assets, string Name)
{
    private const string Zipped = ".gz";
    private const long LargestFile = 256L << 20;

    /// <summary>The folder's path.</summary>
    public string Path => System.IO.Path.Combine(Goldens, Name);

    /// <summary>Path of a file or folder of the goldens, or of the assets when only they have it.</summary>
    /// <param name="relative">Path relative to the goldens, with <c>/</c>.</param>
    public string Find(string relative)
    {
        string own = System.IO.Path.Combine(Goldens, relative);
        return Assets is null || System.IO.Path.Exists(own) ? own : System.IO.Path.Combine(Assets, relative);
    }

    /// <summary>True when the goldens or the assets have a file, plain or with <c>.gz</c>.</summary>
    /// <param name="relative">Path relative to the goldens, with <c>/</c>.</param>
    public bool Has(string relative) => FindFile(relative) is not null;

    /// <summary>The bytes of a file of the goldens, or of the assets when only they have it; unzipped when it has <c>.gz</c>.</summary>
    /// <param name="relative">Path relative to the goldens, with <c>/</c>, without <c>.gz</c>.</param>
    /// <exception cref="FileNotFoundException">Neither has it.</exception>
    /// <exception cref="InvalidDataException">It is larger than 256 MiB.</exception>
    public byte[] Read(string relative)
    {
        string path = FindFile(relative) ?? throw new FileNotFoundException($"There is no '{relative}'.");
        using var file = File.OpenRead(path);
        using Stream content = path.EndsWith(Zipped, StringComparison.Ordinal) && !relative.EndsWith(Zipped, StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            if (bytes.Length + read > LargestFile)
            {
                throw new InvalidDataException($"'{relative}' is larger than {LargestFile} bytes.");
            }

            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }

    /// <summary>Names of the folder's own files that fit a pattern, without <c>.gz</c>, in ordinal order.</summary>
    public IReadOnlyList<string> FileNames(string pattern) =>
        [.. Directory.EnumerateFiles(Path, pattern).Concat(Directory.EnumerateFiles(Path, pattern + Zipped).Select(path => path[..^Zipped.Length]))
            .Select(path => System.IO.Path.GetFileName(path)!).Distinct().Order(StringComparer.Ordinal)];

    private string? FindFile(string relative) => ((string?[])[Goldens, Assets])
        .OfType<string>()
        .SelectMany(root => (string[])[System.IO.Path.Combine(root, relative), System.IO.Path.Combine(root, relative + Zipped)])
        .FirstOrDefault(File.Exists);
}
