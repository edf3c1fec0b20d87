namespace Assay.Data.Tokenization.Jinja;

/// <summary>Names and values of one loop pass, macro call or template; what is not here is looked up outside.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Scope? outer = outer;
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => values[name] = value;

    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.outer)
        {
            if (scope.values.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return new Undefined(name);
    }
}
