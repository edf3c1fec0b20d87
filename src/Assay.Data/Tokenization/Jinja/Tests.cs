namespace Assay.Data.Tokenization.Jinja;

/// <summary>The tests a template can use after <c>is</c>: the list is <see cref="All"/>.</summary>
internal static class Tests
{
    private delegate bool Test(object? input, CallArguments arguments, RenderBudget budget);

    private static readonly Dictionary<string, Test> All = new(StringComparer.Ordinal)
    {
        ["defined"] = static (input, _, _) => input is not Undefined,
        ["undefined"] = static (input, _, _) => input is Undefined,
        ["none"] = static (input, _, _) => input is null,
        ["string"] = static (input, _, _) => input is string or SafeText,
        ["mapping"] = static (input, _, _) => input is JinjaMap,
        ["iterable"] = static (input, _, _) => input is string or SafeText or List<object?> or JinjaMap or Undefined,
        ["sequence"] = static (input, _, _) => input is string or SafeText or List<object?> or JinjaMap or Undefined,
        ["boolean"] = static (input, _, _) => input is bool,
        ["true"] = static (input, _, _) => input is true,
        ["false"] = static (input, _, _) => input is false,
        ["number"] = static (input, _, _) => input is long or double or bool,
        ["integer"] = static (input, _, _) => input is long,
        ["float"] = static (input, _, _) => input is double,
        ["callable"] = static (input, _, _) => input is JinjaFunction,
        ["odd"] = static (input, _, budget) => Operators.Apply("%", input, 2L, budget) is 1L or 1.0,
        ["even"] = static (input, _, budget) => Operators.Apply("%", input, 2L, budget) is 0L or 0.0,
        ["divisibleby"] = static (input, arguments, budget) => Operators.Apply("%", input, arguments.At(0, "num"), budget) is 0L or 0.0,
        ["upper"] = static (input, _, _) => PythonText.AsText(input) is { } text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["lower"] = static (input, _, _) => PythonText.AsText(input) is { } text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["sameas"] = static (input, arguments, budget) => Operators.Kind(input) == Operators.Kind(arguments.At(0, "other")) && Operators.AreEqual(input, arguments.At(0, "other"), budget),
        ["in"] = static (input, arguments, budget) => Operators.Contains(arguments.At(0, "seq"), input, budget),
        ["equalto"] = static (input, arguments, budget) => Operators.AreEqual(input, arguments.At(0, "other"), budget),
        ["eq"] = static (input, arguments, budget) => Operators.AreEqual(input, arguments.At(0, "other"), budget),
        ["ne"] = static (input, arguments, budget) => !Operators.AreEqual(input, arguments.At(0, "other"), budget),
        ["lt"] = static (input, arguments, budget) => Operators.Order(input, arguments.At(0, "other"), budget) < 0,
        ["le"] = static (input, arguments, budget) => Operators.Order(input, arguments.At(0, "other"), budget) <= 0,
        ["gt"] = static (input, arguments, budget) => Operators.Order(input, arguments.At(0, "other"), budget) > 0,
        ["ge"] = static (input, arguments, budget) => Operators.Order(input, arguments.At(0, "other"), budget) >= 0,
    };

    public static bool Apply(string name, object? input, CallArguments arguments, RenderBudget budget)
    {
        budget.Step();
        return All.TryGetValue(name, out var test)
            ? test(input, arguments, budget)
            : throw new ChatTemplateException($"The chat template uses the test '{name}', which is not supported.");
    }
}
