using Xunit;

namespace Assay.Testing;

/// <summary>Finds reference material made by the reference implementations.</summary>
/// <remarks>Looked for in <c>ASSAY_GOLDENS</c>, then <c>../shared/goldens</c> beside the checkout, then the small committed <c>tests/goldens</c>.</remarks>
public static class Goldens
{
    /// <summary>The path of a golden file or folder; skips the calling test, with the reason, when no copy is here.</summary>
    /// <param name="relative">Path below the goldens folder, with <c>/</c>.</param>
    public static string Require(string relative)
    {
        var found = Find(relative);
        Assert.SkipWhen(found is null, $"golden '{relative}' is not on this machine");
        return found!;
    }

    /// <summary>The path of a golden file or folder, or null when no copy is here.</summary>
    public static string? Find(string relative)
    {
        string?[] roots =
        [
            Environment.GetEnvironmentVariable("ASSAY_GOLDENS"),
            Path.Combine(Repository.Root, "..", "shared", "goldens"),
            Path.Combine(Repository.Root, "tests", "goldens"),
        ];
        return roots.OfType<string>().Select(root => Path.Combine(root, relative)).FirstOrDefault(Path.Exists);
    }
}
