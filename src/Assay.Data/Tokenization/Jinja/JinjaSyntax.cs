namespace Assay.Data.Tokenization.Jinja;

/// <summary>An expression of a template.</summary>
internal abstract record Expression
{
    public sealed record Constant(object? Value) : Expression;

    public sealed record Name(string Identifier) : Expression;

    public sealed record ListOf(IReadOnlyList<Expression> Items, bool IsTuple = false) : Expression;

    public sealed record MapOf(IReadOnlyList<(Expression Key, Expression Value)> Items) : Expression;

    public sealed record Attribute(Expression Target, string Key) : Expression;

    public sealed record Item(Expression Target, Expression Key) : Expression;

    public sealed record Slice(Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression;

    public sealed record Call(Expression Target, ArgumentList Arguments) : Expression;

    public sealed record Filter(Expression Input, string Function, ArgumentList Arguments) : Expression;

    public sealed record Test(Expression Input, string Function, ArgumentList Arguments, bool Negated) : Expression;

    public sealed record Unary(string Operator, Expression Operand) : Expression;

    public sealed record Binary(string Operator, Expression Left, Expression Right) : Expression;

    /// <summary><c>a &lt; b &lt; c</c>: each pair of neighbours must hold.</summary>
    public sealed record Compare(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest) : Expression;

    public sealed record Choice(Expression Condition, Expression Then, Expression? Otherwise) : Expression;

    public sealed record ArgumentList(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
    {
        public static ArgumentList None { get; } = new([], []);
    }
}

/// <summary>A piece of a template's body.</summary>
internal abstract record Statement(int Line)
{
    public sealed record Text(string Content, int Line) : Statement(Line);

    public sealed record Output(Expression Value, int Line) : Statement(Line);

    public sealed record If(IReadOnlyList<(Expression Condition, Body Then)> Branches, Body Otherwise, int Line) : Statement(Line);

    public sealed record For(IReadOnlyList<string> Targets, Expression Items, Expression? Condition, Body Loop, Body Otherwise, int Line) : Statement(Line);

    /// <summary>Assigns to names, or to one attribute of a namespace.</summary>
    public sealed record Set(IReadOnlyList<string> Targets, string? Attribute, Expression Value, int Line) : Statement(Line);

    /// <summary>Assigns what a body renders.</summary>
    public sealed record SetBlock(string Target, Body Content, int Line) : Statement(Line);

    public sealed record Macro(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, Body Content, int Line) : Statement(Line);

    /// <summary>A body with its own scope that renders in place.</summary>
    public sealed record Block(Body Content, int Line) : Statement(Line);

    public sealed record Break(int Line) : Statement(Line);

    public sealed record Continue(int Line) : Statement(Line);
}

/// <summary>Statements in order.</summary>
internal sealed record Body(IReadOnlyList<Statement> Statements);
