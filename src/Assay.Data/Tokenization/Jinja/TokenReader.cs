namespace Assay.Data.Tokenization.Jinja;

/// <summary>Walks over tokens with one token of look-ahead.</summary>
internal sealed class TokenReader(List<JinjaToken> tokens)
{
    private const int DeepestNesting = 200;

    private int position;
    private int depth;

    public JinjaToken Current => tokens[position];

    public JinjaToken Following => tokens[Math.Min(position + 1, tokens.Count - 1)];

    public JinjaToken Take()
    {
        var token = tokens[position];
        position += token.Kind == JinjaTokenKind.End ? 0 : 1;
        return token;
    }

    public bool TakeIf(string symbol)
    {
        var matches = Current.Is(symbol);
        position += matches ? 1 : 0;
        return matches;
    }

    public bool TakeIfName(string name)
    {
        var matches = Current.IsName(name);
        position += matches ? 1 : 0;
        return matches;
    }

    public void Expect(string symbol)
    {
        if (!TakeIf(symbol))
        {
            throw Error($"'{Current.Text}' where '{symbol}' belongs");
        }
    }

    public JinjaToken Expect(JinjaTokenKind kind) => Current.Kind == kind ? Take() : throw Error($"'{Current.Text}' where a {kind} belongs");

    public ChatTemplateException Error(string what) => new($"The chat template has {what} on line {Current.Line}.");

    /// <summary>Reads one level deeper; refuses nesting that would overflow the stack, which no handler could catch.</summary>
    public T Deeper<T>(Func<T> read)
    {
        if (++depth > DeepestNesting)
        {
            throw Error($"expressions or blocks nested deeper than {DeepestNesting}");
        }

        var result = read();
        depth--;
        return result;
    }
}
