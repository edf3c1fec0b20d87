namespace Assay.Data.Tokenization.Jinja;

/// <summary>Computes expressions.</summary>
internal sealed class ExpressionEvaluator(RenderBudget budget)
{
    public object? Evaluate(Expression expression, Scope scope)
    {
        budget.Step();
        switch (expression)
        {
            case Expression.Constant constant:
                return constant.Value;
            case Expression.Name name:
                return scope.Get(name.Identifier);
            case Expression.ListOf list:
                var items = list.Items.Select(item => Evaluate(item, scope)).ToList();
                return list.IsTuple ? new JinjaTuple(items) : items;
            case Expression.MapOf map:
                return Map(map, scope);
            case Expression.Attribute attribute:
                return Members.Attribute(Evaluate(attribute.Target, scope), attribute.Key, budget);
            case Expression.Item item:
                return Members.Item(Evaluate(item.Target, scope), Evaluate(item.Key, scope), budget);
            case Expression.Slice slice:
                return Members.Slice(Evaluate(slice.Target, scope), Bound(slice.Start, scope), Bound(slice.Stop, scope), Bound(slice.Step, scope), budget);
            case Expression.Call call:
                return Call(call, scope);
            case Expression.Filter filter:
                return Filters.Apply(filter.Function, Evaluate(filter.Input, scope), Arguments(filter.Function, filter.Arguments, scope), budget);
            case Expression.Test test:
                return Tests.Apply(test.Function, Evaluate(test.Input, scope), Arguments(test.Function, test.Arguments, scope), budget) != test.Negated;
            case Expression.Unary unary:
                var operand = Evaluate(unary.Operand, scope);
                return unary.Operator switch
                {
                    "not" => !Operators.Truth(operand),
                    "-" => Operators.Negate(operand),
                    _ => Operators.Apply("+", 0L, operand, budget),
                };
            case Expression.Binary { Operator: "and" } both:
                var first = Evaluate(both.Left, scope);
                return Operators.Truth(first) ? Evaluate(both.Right, scope) : first;
            case Expression.Binary { Operator: "or" } either:
                var left = Evaluate(either.Left, scope);
                return Operators.Truth(left) ? left : Evaluate(either.Right, scope);
            case Expression.Binary binary:
                return Operators.Apply(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), budget);
            case Expression.Compare compare:
                return Compare(compare, scope);
            case Expression.Choice choice:
                return Operators.Truth(Evaluate(choice.Condition, scope)) ? Evaluate(choice.Then, scope)
                    : choice.Otherwise is null ? new Undefined("the missing else") : Evaluate(choice.Otherwise, scope);
            default:
                throw new ChatTemplateException($"The chat template holds an unknown expression {expression.GetType().Name}.");
        }
    }

    private JinjaMap Map(Expression.MapOf map, Scope scope)
    {
        var result = new JinjaMap();
        foreach (var (key, value) in map.Items)
        {
            var name = Evaluate(key, scope);
            result[PythonText.AsText(name) ?? throw new ChatTemplateException($"The chat template uses {Operators.Kind(name)} as a key.")] = Evaluate(value, scope);
        }

        return result;
    }

    private long? Bound(Expression? bound, Scope scope) => bound is null ? null : Evaluate(bound, scope) switch
    {
        null => null,
        long whole => whole,
        var other => throw new ChatTemplateException($"The chat template slices with {Operators.Kind(other)}."),
    };

    private object? Call(Expression.Call call, Scope scope)
    {
        var target = Evaluate(call.Target, scope);
        return target is JinjaFunction function
            ? function.Call(Arguments(function.Name, call.Arguments, scope))
            : throw new ChatTemplateException($"The chat template calls {Operators.Kind(target)}.");
    }

    private CallArguments Arguments(string callee, Expression.ArgumentList arguments, Scope scope) => new(
        callee,
        [.. arguments.Positional.Select(item => Evaluate(item, scope))],
        arguments.Named.Count == 0 ? System.Collections.Frozen.FrozenDictionary<string, object?>.Empty : Named(arguments, scope));

    private Dictionary<string, object?> Named(Expression.ArgumentList arguments, Scope scope)
    {
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Named)
        {
            named[name] = Evaluate(value, scope);
        }

        return named;
    }

    private bool Compare(Expression.Compare compare, Scope scope)
    {
        var left = Evaluate(compare.First, scope);
        foreach (var (symbol, operand) in compare.Rest)
        {
            var right = Evaluate(operand, scope);
            if (!Operators.Compare(symbol, left, right, budget))
            {
                return false;
            }

            left = right;
        }

        return true;
    }
}
