using System.Text;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>Runs the statements of a template.</summary>
internal sealed class TemplateRenderer(RenderBudget budget)
{
    private readonly ExpressionEvaluator evaluator = new(budget);
    private StringBuilder output = new();

    private enum Flow
    {
        Next,
        Continue,
        Break,
    }

    public string Render(Body template, Scope scope)
    {
        Run(template, scope);
        return output.ToString();
    }

    private Flow Run(Body body, Scope scope)
    {
        foreach (var statement in body.Statements)
        {
            budget.Step();
            var flow = Run(statement, scope);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Run(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case Statement.Text text:
                Write(text.Content);
                return Flow.Next;
            case Statement.Output value:
                Write(PythonText.Str(evaluator.Evaluate(value.Value, scope), budget));
                return Flow.Next;
            case Statement.If choice:
                var branch = choice.Branches.FirstOrDefault(item => Operators.Truth(evaluator.Evaluate(item.Condition, scope)));
                return Run(branch.Then ?? choice.Otherwise, scope);
            case Statement.For loop:
                return Loop(loop, scope);
            case Statement.Set set:
                Assign(set, scope);
                return Flow.Next;
            case Statement.SetBlock set:
                scope.Set(set.Target, Capture(set.Content, new(scope)));
                return Flow.Next;
            case Statement.Macro macro:
                scope.Set(macro.Name, new JinjaFunction(macro.Name, arguments => Call(macro, arguments, scope)));
                return Flow.Next;
            case Statement.Block block:
                return Run(block.Content, new(scope));
            case Statement.Break:
                return Flow.Break;
            default:
                return Flow.Continue;
        }
    }

    private Flow Loop(Statement.For loop, Scope scope)
    {
        var items = Operators.Iterate(evaluator.Evaluate(loop.Items, scope), budget);
        if (loop.Condition is { } condition)
        {
            items = items.FindAll(item => Operators.Truth(evaluator.Evaluate(condition, Pass(loop, item, scope))));
        }

        if (items.Count == 0)
        {
            return Run(loop.Otherwise, scope);
        }

        for (var i = 0; i < items.Count; i++)
        {
            var pass = Pass(loop, items[i], scope);
            pass.Set("loop", new LoopState(items, i));
            if (Run(loop.Loop, pass) == Flow.Break)
            {
                break;
            }
        }

        return Flow.Next;
    }

    private Scope Pass(Statement.For loop, object? item, Scope outer)
    {
        var pass = new Scope(outer);
        Unpack(loop.Targets, item, pass);
        return pass;
    }

    private void Assign(Statement.Set set, Scope scope)
    {
        var value = evaluator.Evaluate(set.Value, scope);
        if (set.Attribute is null)
        {
            Unpack(set.Targets, value, scope);
        }
        else if (scope.Get(set.Targets[0]) is JinjaNamespace space)
        {
            space.Values[set.Attribute] = value;
        }
        else
        {
            throw new ChatTemplateException($"The chat template assigns to '{set.Targets[0]}.{set.Attribute}' on line {set.Line}, but only a namespace takes that.");
        }
    }

    private void Unpack(IReadOnlyList<string> targets, object? value, Scope scope)
    {
        if (targets.Count == 1)
        {
            scope.Set(targets[0], value);
            return;
        }

        var parts = Operators.Iterate(value, budget);
        if (parts.Count != targets.Count)
        {
            throw new ChatTemplateException($"The chat template unpacks {parts.Count} values into {targets.Count} names.");
        }

        for (var i = 0; i < parts.Count; i++)
        {
            scope.Set(targets[i], parts[i]);
        }
    }

    private string Call(Statement.Macro macro, CallArguments arguments, Scope definition)
    {
        budget.Step();
        var scope = new Scope(definition);
        var unknown = arguments.Named.Keys.FirstOrDefault(name => macro.Parameters.All(parameter => parameter.Name != name));
        if (unknown is not null || arguments.Positional.Count > macro.Parameters.Count)
        {
            throw new ChatTemplateException($"The chat template calls its macro '{macro.Name}' with arguments it does not take.");
        }

        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var (name, otherwise) = macro.Parameters[i];
            var value = arguments.Has(i, name) ? arguments.At(i, name)
                : otherwise is null ? new Undefined(name) : evaluator.Evaluate(otherwise, scope);
            scope.Set(name, value);
        }

        return Capture(macro.Content, scope);
    }

    private string Capture(Body body, Scope scope)
    {
        var surrounding = output;
        output = new();
        try
        {
            Run(body, scope);
            return output.ToString();
        }
        finally
        {
            output = surrounding;
        }
    }

    private void Write(string text)
    {
        budget.Charge(text.Length);
        output.Append(text);
    }
}
