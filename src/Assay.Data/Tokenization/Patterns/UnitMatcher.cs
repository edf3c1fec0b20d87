namespace Assay.Data.Tokenization.Patterns;

/// <summary>Finds one character of the basic plane.</summary>
internal sealed class UnitMatcher(char unit) : IMatcher
{
    public char Unit => unit;

    public List<TextSpan> Find(ReadOnlySpan<char> text)
    {
        var found = new List<TextSpan>();
        for (var position = 0; text[position..].IndexOf(unit) is >= 0 and var skip; position += skip + 1)
        {
            found.Add(new(position + skip, position + skip + 1));
        }

        return found;
    }
}
