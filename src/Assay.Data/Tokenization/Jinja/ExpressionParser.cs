using System.Globalization;
using System.Text;
using static Assay.Data.Tokenization.Jinja.Expression;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>Recursive descent over expressions, with Jinja's precedences: choice, or, and, not, comparison, + −, ~, * / // %, **, sign, postfix, filters.</summary>
internal sealed class ExpressionParser(TokenReader reader)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>One expression, or several with commas between, which make a tuple.</summary>
    public Expression ParseTuple()
    {
        var first = Parse();
        if (!reader.Current.Is(","))
        {
            return first;
        }

        List<Expression> items = [first];
        while (reader.TakeIf(",") && reader.Current.Kind is not (JinjaTokenKind.BlockEnd or JinjaTokenKind.VariableEnd) && !reader.Current.Is(")"))
        {
            items.Add(Parse());
        }

        return new ListOf(items, IsTuple: true);
    }

    public Expression Parse() => reader.Deeper(ParseChoice);

    private Expression ParseChoice()
    {
        var value = ParseWithoutChoice();
        while (reader.TakeIfName("if"))
        {
            var condition = ParseWithoutChoice();
            value = new Choice(condition, value, reader.TakeIfName("else") ? Parse() : null);
        }

        return value;
    }

    /// <summary>The filters of a filter block, applied to <paramref name="input"/>; the first has no bar in front.</summary>
    public Expression ParseFilters(Expression input)
    {
        var name = reader.Expect(JinjaTokenKind.Name).Text;
        return FiltersAndTests(new Filter(input, name, reader.TakeIf("(") ? CallArguments() : ArgumentList.None));
    }

    /// <summary>An expression that stops before an <c>if</c>, which in a loop's head filters the items.</summary>
    public Expression ParseWithoutChoice()
    {
        var left = And();
        while (reader.TakeIfName("or"))
        {
            left = new Binary("or", left, And());
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (reader.TakeIfName("and"))
        {
            left = new Binary("and", left, Not());
        }

        return left;
    }

    private Expression Not() => reader.TakeIfName("not") ? new Unary("not", reader.Deeper(Not)) : Comparison();

    private Expression Comparison()
    {
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (reader.Current.Kind == JinjaTokenKind.Operator && Comparisons.Contains(reader.Current.Text))
            {
                rest.Add((reader.Take().Text, Sum()));
            }
            else if (reader.TakeIfName("in"))
            {
                rest.Add(("in", Sum()));
            }
            else if (reader.Current.IsName("not") && reader.Following.IsName("in"))
            {
                reader.Take();
                reader.Take();
                rest.Add(("not in", Sum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Compare(first, rest);
            }
        }
    }

    private Expression Sum() => LeftToRight(Concatenation, "+", "-");

    private Expression Concatenation() => LeftToRight(Product, "~");

    private Expression Product() => LeftToRight(Power, "*", "/", "//", "%");

    private Expression Power() => LeftToRight(() => Signed(withFilters: true), "**");

    private Expression LeftToRight(Func<Expression> operand, params ReadOnlySpan<string> operators)
    {
        var left = operand();
        while (reader.Current.Kind == JinjaTokenKind.Operator && operators.Contains(reader.Current.Text))
        {
            left = new Binary(reader.Take().Text, left, operand());
        }

        return left;
    }

    private Expression Signed(bool withFilters)
    {
        Expression value;
        if (reader.Current.Is("-") || reader.Current.Is("+"))
        {
            value = new Unary(reader.Take().Text, reader.Deeper(() => Signed(withFilters: false)));
        }
        else
        {
            value = Postfix(Primary());
        }

        return withFilters ? FiltersAndTests(value) : value;
    }

    private Expression Primary()
    {
        var token = reader.Take();
        switch (token.Kind)
        {
            case JinjaTokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Constant(true),
                    "false" or "False" => new Constant(false),
                    "none" or "None" => new Constant(null),
                    _ => new Name(token.Text),
                };
            case JinjaTokenKind.String:
                var text = new StringBuilder(token.Text);
                while (reader.Current.Kind == JinjaTokenKind.String)
                {
                    text.Append(reader.Take().Text);
                }

                return new Constant(text.ToString());
            case JinjaTokenKind.Integer:
                return Whole(token);
            case JinjaTokenKind.Float:
                return new Constant(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture));
            case JinjaTokenKind.Operator when token.Text == "(":
                var inner = reader.Current.Is(")") ? new ListOf([], IsTuple: true) : ParseTuple();
                reader.Expect(")");
                return inner;
            case JinjaTokenKind.Operator when token.Text == "[":
                return new ListOf(Items("]", Parse));
            case JinjaTokenKind.Operator when token.Text == "{":
                return new MapOf(Items("}", () =>
                {
                    var key = Parse();
                    reader.Expect(":");
                    return (key, Parse());
                }));
            default:
                throw reader.Error($"'{token.Text}' where a value belongs");
        }
    }

    private Constant Whole(JinjaToken token) =>
        long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole)
            ? new Constant(whole)
            : throw reader.Error($"the number {token.Text}, which is too large");

    private List<T> Items<T>(string close, Func<T> item)
    {
        var items = new List<T>();
        while (!reader.TakeIf(close))
        {
            if (items.Count > 0)
            {
                reader.Expect(",");
                if (reader.TakeIf(close))
                {
                    break;
                }
            }

            items.Add(item());
        }

        return items;
    }

    private Expression Postfix(Expression target)
    {
        while (true)
        {
            if (reader.TakeIf("."))
            {
                var key = reader.Take();
                target = key.Kind switch
                {
                    JinjaTokenKind.Name => new Expression.Attribute(target, key.Text),
                    JinjaTokenKind.Integer => new Item(target, Whole(key)),
                    _ => throw reader.Error("a '.' without a name"),
                };
            }
            else if (reader.TakeIf("["))
            {
                target = Subscript(target);
            }
            else if (reader.TakeIf("("))
            {
                target = new Call(target, CallArguments());
            }
            else
            {
                return target;
            }
        }
    }

    private Expression Subscript(Expression target)
    {
        var start = reader.Current.Is(":") ? null : ParseTuple();
        if (start is not null && reader.TakeIf("]"))
        {
            return new Item(target, start);
        }

        reader.Expect(":");
        var stop = reader.Current.Is(":") || reader.Current.Is("]") ? null : Parse();
        var step = reader.TakeIf(":") && !reader.Current.Is("]") ? Parse() : null;
        reader.Expect("]");
        return new Slice(target, start, stop, step);
    }

    private ArgumentList CallArguments()
    {
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        Items<object?>(")", () =>
        {
            if (reader.Current.Kind == JinjaTokenKind.Name && reader.Following.Is("="))
            {
                var name = reader.Take().Text;
                reader.Take();
                named.Add((name, Parse()));
            }
            else if (named.Count > 0 || reader.Current.Is("*") || reader.Current.Is("**"))
            {
                throw reader.Error("an argument list with '*', '**' or a plain argument after a named one");
            }
            else
            {
                positional.Add(Parse());
            }

            return null;
        });
        return new(positional, named);
    }

    private Expression FiltersAndTests(Expression value)
    {
        while (true)
        {
            if (reader.TakeIf("|"))
            {
                var name = reader.Expect(JinjaTokenKind.Name).Text;
                value = new Filter(value, name, reader.TakeIf("(") ? CallArguments() : ArgumentList.None);
            }
            else if (reader.TakeIfName("is"))
            {
                var negated = reader.TakeIfName("not");
                var name = reader.Expect(JinjaTokenKind.Name).Text;
                value = new Test(value, name, TestArguments(), negated);
            }
            else
            {
                return value;
            }
        }
    }

    private ArgumentList TestArguments()
    {
        if (reader.TakeIf("("))
        {
            return CallArguments();
        }

        var starts = reader.Current.Kind switch
        {
            JinjaTokenKind.Name => reader.Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"),
            JinjaTokenKind.String or JinjaTokenKind.Integer or JinjaTokenKind.Float => true,
            _ => reader.Current.Is("[") || reader.Current.Is("{"),
        };
        return starts ? new([Postfix(Primary())], []) : ArgumentList.None;
    }
}
