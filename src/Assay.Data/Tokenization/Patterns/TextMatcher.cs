namespace Assay.Data.Tokenization.Patterns;

/// <summary>Finds a fixed text, unit by unit.</summary>
internal sealed class TextMatcher(string sought) : IMatcher
{
    public List<TextSpan> Find(ReadOnlySpan<char> text)
    {
        var found = new List<TextSpan>();
        for (var position = 0; text[position..].IndexOf(sought, StringComparison.Ordinal) is >= 0 and var skip; position += skip + sought.Length)
        {
            found.Add(new(position + skip, position + skip + sought.Length));
        }

        return found;
    }
}
