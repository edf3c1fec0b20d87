namespace Assay.Worker.ModelFolders;

/// <summary>The front matter of a model folder's <c>README.md</c>.</summary>
internal static class ModelCard
{
    private const int LongestCard = 4 << 20;
    private const int LongestName = 200;

    /// <summary>The licence that the card names (<c>license_name</c> when <c>license</c> is <c>other</c>), or null.</summary>
    public static string? LicenseOf(string folder)
    {
        var card = new FileInfo(Path.Combine(folder, "README.md"));
        return card.Exists && card.Length <= LongestCard ? LicenseIn(File.ReadLines(card.FullName)) : null;
    }

    /// <summary>The licence in a card's lines.</summary>
    public static string? LicenseIn(IEnumerable<string> lines)
    {
        var matter = lines.Take(200).ToList();
        if (matter is not ["---", ..] || matter.IndexOf("---", 1) is not (> 0 and var end))
        {
            return null;
        }

        string? license = Field(matter[1..end], "license");
        return license is null or "other" ? Field(matter[1..end], "license_name") ?? license : license;
    }

    private static string? Field(List<string> matter, string name)
    {
        string? value = matter.Find(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim().Trim('"', '\'');
        return value is { Length: > 0 and <= LongestName } && !value.Any(char.IsControl) ? value : null;
    }
}
