namespace Assay.Worker.Conformance;

/// <summary>A folder of goldens, found by the walk.</summary>
/// <param name="Goldens">The folder the walk began in.</param>
/// <param name="Assets">Where to look for what the goldens lack, or null.</param>
/// <param name="Name">Path relative to <paramref name="Goldens"/>, with <c>/</c>.</param>
internal sealed record GoldenFolder(string Goldens, string? Assets, string Name)
{
    /// <summary>The folder's path.</summary>
    public string Path => System.IO.Path.Combine(Goldens, Name);

    /// <summary>Path of a file or folder of the goldens, or of the assets when only they have it.</summary>
    /// <param name="relative">Path relative to the goldens, with <c>/</c>.</param>
    public string Find(string relative)
    {
        string own = System.IO.Path.Combine(Goldens, relative);
        return Assets is null || System.IO.Path.Exists(own) ? own : System.IO.Path.Combine(Assets, relative);
    }
}
