using System.Text.RegularExpressions;

namespace Assay.Data.Validation.Texts;

/// <summary>Finds private keys, tokens of known shape, and assignments of random-looking values to names such as <c>password</c>.</summary>
internal static class Secrets
{
    private const int ShortestValue = 16;
    private const double LeastEntropy = 3.5; // bits per character
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly (string Kind, Regex Pattern)[] Shapes =
    [
        ("private key", new("-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----", Options)),
        ("AWS access key", new(@"\b(AKIA|ASIA)[0-9A-Z]{16}\b", Options)),
        ("GitHub token", new(@"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})\b", Options)),
        ("Slack token", new(@"\bxox[abeprs]-[A-Za-z0-9\-]{10,}", Options)),
        ("Google API key", new(@"\bAIza[0-9A-Za-z_\-]{35}", Options)),
        ("Stripe key", new(@"\b[rs]k_live_[0-9A-Za-z]{16,}\b", Options)),
        ("API key", new(@"\bsk-[A-Za-z0-9_\-]{20,}", Options)),
        ("Hugging Face token", new(@"\bhf_[A-Za-z0-9]{30,}\b", Options)),
        ("npm token", new(@"\bnpm_[A-Za-z0-9]{36}\b", Options)),
        ("signed web token", new(@"\beyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}", Options)),
    ];

    private static readonly Regex Assignment = new(
        @"(key|secret|token|password|passwd|pwd)[""']?\s{0,4}(=|:|:=|=>)\s{0,4}[""']?[A-Za-z0-9+/=_\-.~!@$%^&*]{16,}",
        Options | RegexOptions.IgnoreCase);

    /// <summary>Everything found, in the order of the patterns.</summary>
    public static IReadOnlyList<Secret> Find(string text)
    {
        var found = new List<Secret>();
        foreach (var (kind, pattern) in Shapes)
        {
            foreach (var match in pattern.EnumerateMatches(text))
            {
                found.Add(new Secret(kind, match.Index, match.Index + match.Length));
            }
        }

        foreach (var match in Assignment.EnumerateMatches(text))
        {
            var start = ValueStart(text.AsSpan(match.Index, match.Length)) + match.Index;
            var end = match.Index + match.Length;
            if (end - start >= ShortestValue && LooksRandom(text.AsSpan(start, end - start)) && !found.Exists(other => other.Start < end && start < other.End))
            {
                found.Add(new Secret("assigned secret", start, end));
            }
        }

        return found;
    }

    private static int ValueStart(ReadOnlySpan<char> match)
    {
        var at = match.IndexOfAny('=', ':');
        while (at < match.Length && match[at] is '=' or ':' or '>' or '"' or '\'' or ' ' or '\t' or '\n' or '\r')
        {
            at++;
        }

        return at;
    }

    /// <summary>Random enough, and with a digit among letters: a long ordinary word is neither.</summary>
    private static bool LooksRandom(ReadOnlySpan<char> value) =>
        value.IndexOfAnyInRange('0', '9') >= 0 && (value.IndexOfAnyInRange('a', 'z') >= 0 || value.IndexOfAnyInRange('A', 'Z') >= 0) && Entropy(value) >= LeastEntropy;

    /// <summary>Shannon entropy in bits per character.</summary>
    private static double Entropy(ReadOnlySpan<char> value)
    {
        Span<int> counts = stackalloc int[128];
        foreach (var symbol in value)
        {
            counts[Math.Min((int)symbol, 127)]++;
        }

        var bits = 0.0;
        foreach (var count in counts)
        {
            var share = count / (double)value.Length;
            bits -= count == 0 ? 0 : share * Math.Log2(share);
        }

        return bits;
    }
}
