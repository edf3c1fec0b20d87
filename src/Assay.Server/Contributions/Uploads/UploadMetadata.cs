using System.Text;
using Assay.Client.Contributions;

namespace Assay.Server.Contributions.Uploads;

/// <summary>The header <c>Upload-Metadata</c> of tus 1.0: pairs of a key and a Base64 value, separated by commas.</summary>
internal static class UploadMetadata
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The datanet and the facts, or a sentence on what is wrong. Keys that mean nothing here are left out.</summary>
    public static (string Datanet, ContributionFacts Facts, string? Problem) Parse(string? header)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = pair.IndexOf(' ', StringComparison.Ordinal);
            var key = at < 0 ? pair : pair[..at];
            if (Decode(at < 0 ? "" : pair[(at + 1)..]) is not { } value)
            {
                return Wrong($"The value of '{key}' in Upload-Metadata is not Base64 of UTF-8 text.");
            }

            if (!values.TryAdd(key, value))
            {
                return Wrong($"Upload-Metadata holds '{key}' twice.");
            }
        }

        var name = Of("file_name") ?? Of("filename");
        if (Of("datanet") is not { } datanet || name is null || Of("licence") is not { } licence)
        {
            return Wrong("Upload-Metadata needs datanet, file_name and licence; it may hold source, intended_use, note, language, columns, import and from_answer.");
        }

        return (datanet, new ContributionFacts(name, licence, Of("source"), Of("intended_use"), Of("note"), Of("language"), Of("from_answer"), Of("columns"), Of("import")), null);

        string? Of(string key) => values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

        static (string, ContributionFacts, string?) Wrong(string problem) => ("", new ContributionFacts("", ""), problem);
    }

    private static string? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            return null;
        }

        try
        {
            return Strict.GetString(bytes.AsSpan(0, length));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
