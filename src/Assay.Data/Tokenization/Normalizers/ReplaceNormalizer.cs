using Assay.Data.Tokenization.Patterns;

namespace Assay.Data.Tokenization.Normalizers;

/// <summary>Writes one text in place of every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(IMatcher pattern, string content) : INormalizer
{
    public AlignedText Apply(AlignedText text)
    {
        if (pattern is UnitMatcher { Unit: var unit } && content is [var by])
        {
            return text.Value.Contains(unit) ? text.WithUnits(text.Value.Replace(unit, by)) : text;
        }

        var matches = pattern.Find(text.Value);
        if (matches.Count == 0)
        {
            return text;
        }

        var changed = new AlignedTextBuilder(text);
        var position = 0;
        foreach (var match in matches)
        {
            changed.Copy(position, match.Start);
            changed.Replace(match.Start, match.End, content);
            position = match.End;
        }

        changed.Copy(position, text.Value.Length);
        return changed.ToText();
    }
}
