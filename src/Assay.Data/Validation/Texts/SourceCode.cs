namespace Assay.Data.Validation.Texts;

/// <summary>Tells lines of source code from lines of language, by how they begin, end and are punctuated.</summary>
internal static class SourceCode
{
    private static readonly string[] Beginnings =
    [
        "def ", "class ", "import ", "from ", "using ", "namespace ", "public ", "private ", "protected ", "internal ", "static ", "function ", "func ", "fn ", "const ", "let ", "var ",
        "val ", "return ", "return;", "#include", "#define", "#pragma", "package ", "struct ", "enum ", "interface ", "async ", "await ", "export ", "elif ", "else:", "try:", "except", "@",
        "SELECT ", "INSERT INTO ", "UPDATE ", "CREATE TABLE ", "//", "/*", "*/", "#!", "<?", "</", "impl ", "pub ", "raise ", "yield ", "assert ", "print(", "if (", "for (", "while (",
        "switch (", "} ", "});", "]);", "self.", "this.",
    ];

    /// <summary>Share of the characters that stand in lines of code or between fences of Markdown, 0 to 1; 0 for no text.</summary>
    /// <param name="texts">A document, or the turns of rows: a fence that one leaves open says nothing of the next.</param>
    public static double Share(IEnumerable<string> texts)
    {
        long all = 0, code = 0;
        foreach (var text in texts)
        {
            Count(text, ref all, ref code);
        }

        return all == 0 ? 0 : code / (double)all;
    }

    private static void Count(string text, ref long all, ref long code)
    {
        var fenced = false;
        long between = 0, likely = 0; // since the fence that is open: all characters, and those of lines that look like code by themselves
        foreach (var range in text.AsSpan().SplitAny('\n', '\r'))
        {
            var line = text.AsSpan(range).Trim();
            if (line.StartsWith("```") || line.StartsWith("~~~"))
            {
                code += fenced ? between : 0;
                (fenced, between, likely) = (!fenced, 0, 0);
                continue;
            }

            all += line.Length;
            var looks = IsCode(line) ? line.Length : 0;
            between += line.Length;
            likely += looks;
            code += fenced ? 0 : looks;
        }

        code += fenced ? likely : 0;
    }

    private static bool IsCode(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty)
        {
            return false;
        }

        var ends = line[^1] is '{' or '}' or ';' || line.EndsWith("):") || line.EndsWith("=>") || line.EndsWith("->") || line.EndsWith("],") || line.EndsWith(");");
        var marks = 0;
        foreach (var symbol in line)
        {
            marks += symbol is '{' or '}' or '(' or ')' or '[' or ']' or ';' or '=' or '<' or '>' or '_' or '&' or '|' or '\\' or '$' ? 1 : 0;
        }

        // Prose may begin with "from" or end with a semicolon; code has marks as well.
        return marks * 12 >= line.Length && (ends || Begins(line) || marks * 6 >= line.Length) || ends && marks >= 2 || Begins(line) && marks >= 2;
    }

    private static bool Begins(ReadOnlySpan<char> line)
    {
        foreach (var beginning in Beginnings)
        {
            if (line.StartsWith(beginning))
            {
                return true;
            }
        }

        return false;
    }
}
