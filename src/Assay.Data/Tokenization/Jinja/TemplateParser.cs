namespace Assay.Data.Tokenization.Jinja;

/// <summary>Recursive descent over a template's tags.</summary>
internal sealed class TemplateParser
{
    private readonly TokenReader reader;
    private readonly ExpressionParser expressions;
    private int loops;

    private TemplateParser(List<JinjaToken> tokens)
    {
        reader = new(tokens);
        expressions = new(reader);
    }

    /// <exception cref="ChatTemplateException">The template is malformed or uses a tag that is not implemented.</exception>
    public static Body Parse(string source)
    {
        var parser = new TemplateParser(JinjaLexer.Read(source));
        var body = parser.ParseBody();
        return parser.reader.Current.Kind == JinjaTokenKind.End
            ? body
            : throw parser.reader.Error($"'{parser.reader.Following.Text}' without its beginning");
    }

    /// <summary>Statements up to a tag that ends or continues the surrounding one; that tag is left to the caller.</summary>
    private Body ParseBody(params string[] ends) => reader.Deeper(() => ParseStatements(ends));

    private Body ParseStatements(string[] ends)
    {
        var statements = new List<Statement>();
        while (reader.Current.Kind != JinjaTokenKind.End)
        {
            var line = reader.Current.Line;
            if (reader.Current.Kind == JinjaTokenKind.Text)
            {
                statements.Add(new Statement.Text(reader.Take().Text, line));
            }
            else if (reader.Current.Kind == JinjaTokenKind.VariableBegin)
            {
                reader.Take();
                statements.Add(new Statement.Output(expressions.ParseTuple(), line));
                reader.Expect(JinjaTokenKind.VariableEnd);
            }
            else if (ends.Contains(reader.Following.Text))
            {
                return new(statements);
            }
            else
            {
                reader.Take();
                statements.Add(ParseTag(line));
            }
        }

        return ends.Length == 0 ? new(statements) : throw reader.Error($"a tag without its '{ends[^1]}'");
    }

    private Statement ParseTag(int line)
    {
        var name = reader.Expect(JinjaTokenKind.Name).Text;
        return name switch
        {
            "if" => If(line),
            "for" => For(line),
            "set" => Set(line),
            "macro" => Macro(line),
            "filter" => Filter(line),
            "generation" => new Statement.Block(Enclosed("endgeneration"), line),
            "break" => Leave(new Statement.Break(line)),
            "continue" => Leave(new Statement.Continue(line)),
            _ => throw reader.Error($"the tag '{name}', which is not supported or stands at the wrong place"),
        };
    }

    private Statement.If If(int line)
    {
        var branches = new List<(Expression, Body)>();
        var otherwise = new Body([]);
        var condition = expressions.ParseTuple();
        while (true)
        {
            EndTag();
            var then = ParseBody("elif", "else", "endif");
            branches.Add((condition, then));
            var next = NextTag();
            if (next == "elif")
            {
                condition = expressions.ParseTuple();
                continue;
            }

            if (next == "else")
            {
                otherwise = Enclosed("endif");
            }
            else
            {
                EndTag();
            }

            return new(branches, otherwise, line);
        }
    }

    private Statement.For For(int line)
    {
        var targets = Targets();
        if (!reader.TakeIfName("in"))
        {
            throw reader.Error("a 'for' without its 'in'");
        }

        var items = expressions.ParseWithoutChoice();
        var condition = reader.TakeIfName("if") ? expressions.Parse() : null;
        if (reader.Current.IsName("recursive"))
        {
            throw reader.Error("a recursive loop, which is not supported");
        }

        EndTag();
        loops++;
        var loop = ParseBody("else", "endfor");
        loops--;
        var otherwise = new Body([]);
        if (NextTag() == "else")
        {
            otherwise = Enclosed("endfor");
        }
        else
        {
            EndTag();
        }

        return new(targets, items, condition, loop, otherwise, line);
    }

    private Statement Set(int line)
    {
        var targets = Targets();
        var attribute = targets.Count == 1 && reader.TakeIf(".") ? reader.Expect(JinjaTokenKind.Name).Text : null;
        if (reader.TakeIf("="))
        {
            var value = expressions.ParseTuple();
            EndTag();
            return new Statement.Set(targets, attribute, value, line);
        }

        return targets.Count == 1 && attribute is null
            ? new Statement.SetBlock(targets[0], Enclosed("endset"), line)
            : throw reader.Error("a 'set' without its '='");
    }

    private Statement.Macro Macro(int line)
    {
        var name = reader.Expect(JinjaTokenKind.Name).Text;
        var parameters = new List<(string, Expression?)>();
        reader.Expect("(");
        while (!reader.TakeIf(")"))
        {
            if (parameters.Count > 0)
            {
                reader.Expect(",");
            }

            parameters.Add((reader.Expect(JinjaTokenKind.Name).Text, reader.TakeIf("=") ? expressions.Parse() : null));
        }

        var surrounding = loops;
        loops = 0;
        var content = Enclosed("endmacro");
        loops = surrounding;
        return new(name, parameters, content, line);
    }

    private Statement.Block Filter(int line)
    {
        // The body is a block assignment to a name that no template can write, followed by its filtered output.
        const string Hidden = "filter body";
        var chain = expressions.ParseFilters(new Expression.Name(Hidden));
        return new(new([new Statement.SetBlock(Hidden, Enclosed("endfilter"), line), new Statement.Output(chain, line)]), line);
    }

    private Body Enclosed(string end)
    {
        EndTag();
        var body = ParseBody(end);
        NextTag();
        EndTag();
        return body;
    }

    private Statement Leave(Statement statement)
    {
        if (loops == 0)
        {
            throw reader.Error("a 'break' or 'continue' outside of a loop");
        }

        EndTag();
        return statement;
    }

    private List<string> Targets()
    {
        var parenthesised = reader.TakeIf("(");
        List<string> names = [reader.Expect(JinjaTokenKind.Name).Text];
        while (reader.TakeIf(","))
        {
            names.Add(reader.Expect(JinjaTokenKind.Name).Text);
        }

        if (parenthesised)
        {
            reader.Expect(")");
        }

        return names;
    }

    private string NextTag()
    {
        reader.Expect(JinjaTokenKind.BlockBegin);
        return reader.Expect(JinjaTokenKind.Name).Text;
    }

    private void EndTag() => reader.Expect(JinjaTokenKind.BlockEnd);
}
