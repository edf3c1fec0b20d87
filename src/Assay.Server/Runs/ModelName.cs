using System.Text;

namespace Assay.Server.Runs;

/// <summary>Names tuned models: base, two hyphens, the run's name in plain letters, the digits of its id. All of them: the name is a key over every account's models.</summary>
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

        return $"{baseName}--{slug.ToString().Trim('-')}-{runId[2..]}".Replace("---", "--", StringComparison.Ordinal);
    }
}
