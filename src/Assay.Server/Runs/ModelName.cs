using System.Text;

namespace Assay.Server.Runs;

/// <summary>Names tuned models: base, two hyphens, the run's name in plain letters, four digits of its id.</summary>
internal static class ModelName
{
    public static string Of(string baseName, string runName, string runId)
    {
        var slug = new StringBuilder();
        foreach (var character in runName.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                slug.Append(character);
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return $"{baseName}--{slug.ToString().Trim('-')}-{runId[2..6]}".Replace("---", "--", StringComparison.Ordinal);
    }
}
