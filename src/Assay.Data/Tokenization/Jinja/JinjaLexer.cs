namespace Assay.Data.Tokenization.Jinja;

/// <summary>Cuts a template into tokens, with trim_blocks and lstrip_blocks on as Hugging Face renders chat templates.</summary>
/// <remarks>Blank rules of Jinja 3.1: <c>-</c> eats all blanks on its side, a block's following line end goes, blanks before a block alone on its line go.</remarks>
internal sealed class JinjaLexer
{
    private const string OpenBrackets = "([{";
    private const string CloseBrackets = ")]}";
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", ";"];

    private readonly string source;
    private readonly List<JinjaToken> tokens = [];
    private int position;
    private int line = 1;
    private bool lineStarting = true;

    private JinjaLexer(string source) => this.source = source;

    public static List<JinjaToken> Read(string template)
    {
        var source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new JinjaLexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.ReadAll();
        return lexer.tokens;
    }

    private void ReadAll()
    {
        while (position < source.Length)
        {
            var start = NextTag();
            var text = source[position..start];
            if (start == source.Length)
            {
                AddText(text);
                break;
            }

            var kind = source[start + 1];
            var sign = start + 2 < source.Length && source[start + 2] is '-' or '+' ? source[start + 2] : '\0';
            AddText(sign == '-' ? PythonText.StripEnd(text) : kind == '{' || sign == '+' ? text : StripLine(text));
            line += text.Count('\n');
            position = start + (sign == '\0' ? 2 : 3);
            ReadTag(kind);
        }

        tokens.Add(new(JinjaTokenKind.End, "", line));
    }

    private int NextTag()
    {
        for (var at = source.IndexOf('{', position); at >= 0 && at + 1 < source.Length; at = source.IndexOf('{', at + 1))
        {
            if (source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return source.Length;
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
        {
            tokens.Add(new(JinjaTokenKind.Text, text, line));
        }
    }

    /// <summary>Takes away the blanks between the last line end and a block, when nothing else is there.</summary>
    private string StripLine(string text)
    {
        var lineStart = text.LastIndexOf('\n') + 1;
        return (lineStart > 0 || lineStarting) && text.AsSpan(lineStart).IndexOfAnyExcept(PythonText.Blanks) < 0 ? text[..lineStart] : text;
    }

    private void ReadTag(char kind)
    {
        switch (kind)
        {
            case '#':
                var end = source.IndexOf("#}", position, StringComparison.Ordinal);
                if (end < 0)
                {
                    throw Error("a comment without its '#}'");
                }

                line += source.AsSpan(position, end - position).Count('\n');
                var dash = end > position && source[end - 1] is '-' or '+' ? source[end - 1] : '\0';
                position = end + 2;
                AfterTag(dash, trimLineEnd: true);
                break;
            case '{':
                tokens.Add(new(JinjaTokenKind.VariableBegin, "{{", line));
                ReadInside("}}", JinjaTokenKind.VariableEnd);
                break;
            default:
                tokens.Add(new(JinjaTokenKind.BlockBegin, "{%", line));
                ReadInside("%}", JinjaTokenKind.BlockEnd);
                if (tokens.Count >= 3 && tokens[^2].IsName("raw") && tokens[^3].Kind == JinjaTokenKind.BlockBegin)
                {
                    ReadRaw();
                }

                break;
        }
    }

    private void ReadInside(string close, JinjaTokenKind closeKind)
    {
        var brackets = new Stack<char>();
        while (true)
        {
            SkipBlanks();
            if (position >= source.Length)
            {
                throw Error($"a tag without its '{close}'");
            }

            if (brackets.Count == 0 && TryClose(close, closeKind))
            {
                return;
            }

            var next = source[position];
            if (next is '\'' or '"')
            {
                tokens.Add(new(JinjaTokenKind.String, JinjaLiteral.ReadString(source, ref position, line), line));
            }
            else if (char.IsAsciiDigit(next))
            {
                var number = JinjaLiteral.ReadNumber(source, ref position);
                tokens.Add(new(number.Contains('.') || number.Contains('e') ? JinjaTokenKind.Float : JinjaTokenKind.Integer, number, line));
            }
            else if (char.IsLetter(next) || next == '_')
            {
                var start = position;
                while (position < source.Length && (char.IsLetterOrDigit(source[position]) || source[position] == '_'))
                {
                    position++;
                }

                tokens.Add(new(JinjaTokenKind.Name, source[start..position], line));
            }
            else
            {
                ReadOperator(brackets);
            }
        }
    }

    private bool TryClose(string close, JinjaTokenKind closeKind)
    {
        var signed = source[position] is '-' or '+' && string.CompareOrdinal(source, position + 1, close, 0, 2) == 0;
        if (!signed && string.CompareOrdinal(source, position, close, 0, 2) != 0)
        {
            return false;
        }

        var sign = signed ? source[position] : '\0';
        position += signed ? 3 : 2;
        tokens.Add(new(closeKind, close, line));
        AfterTag(sign, trimLineEnd: closeKind == JinjaTokenKind.BlockEnd);
        return true;
    }

    private void AfterTag(char sign, bool trimLineEnd)
    {
        var start = position;
        if (sign == '-')
        {
            SkipBlanks();
        }
        else if (sign != '+' && trimLineEnd && position < source.Length && source[position] == '\n')
        {
            position++;
            line++;
        }

        lineStarting = position > start && source[position - 1] == '\n';
    }

    private void ReadRaw()
    {
        tokens.RemoveRange(tokens.Count - 3, 3);
        for (var at = source.IndexOf("{%", position, StringComparison.Ordinal); at >= 0; at = source.IndexOf("{%", at + 2, StringComparison.Ordinal))
        {
            var inner = at + 2 < source.Length && source[at + 2] is '-' or '+' ? at + 3 : at + 2;
            var end = source.IndexOf("%}", inner, StringComparison.Ordinal);
            if (end < 0 || source[inner..end].Trim().TrimEnd('-', '+').TrimEnd() != "endraw")
            {
                continue;
            }

            var text = source[position..at];
            AddText(source[at + 2] == '-' ? PythonText.StripEnd(text) : StripLine(text));
            line += text.Count('\n');
            position = end + 2;
            AfterTag(source[end - 1] is '-' or '+' ? source[end - 1] : '\0', trimLineEnd: true);
            return;
        }

        throw Error("a raw block without its endraw");
    }

    private void ReadOperator(Stack<char> brackets)
    {
        var symbol = Array.Find(Operators, item => string.CompareOrdinal(source, position, item, 0, item.Length) == 0)
            ?? throw Error($"the character '{source[position]}' in an expression");
        position += symbol.Length;
        tokens.Add(new(JinjaTokenKind.Operator, symbol, line));
        if (OpenBrackets.Contains(symbol[0]))
        {
            brackets.Push(CloseBrackets[OpenBrackets.IndexOf(symbol[0], StringComparison.Ordinal)]);
        }
        else if (CloseBrackets.Contains(symbol[0]) && (!brackets.TryPop(out var expected) || expected != symbol[0]))
        {
            throw Error($"an unmatched '{symbol}'");
        }
    }

    private void SkipBlanks()
    {
        while (position < source.Length && PythonText.IsBlank(source[position]))
        {
            line += source[position] == '\n' ? 1 : 0;
            position++;
        }
    }

    private ChatTemplateException Error(string what) => new($"The chat template has {what} on line {line}.");
}
