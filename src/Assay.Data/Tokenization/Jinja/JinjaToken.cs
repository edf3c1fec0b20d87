namespace Assay.Data.Tokenization.Jinja;

internal enum JinjaTokenKind
{
    Text,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>One token of a template and the line it starts on, counted from 1.</summary>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Line)
{
    public bool Is(string symbol) => Kind == JinjaTokenKind.Operator && Text == symbol;

    public bool IsName(string name) => Kind == JinjaTokenKind.Name && Text == name;
}
