namespace Assay.Data.Tokenization.Jinja;

/// <summary>Python's operators over template values.</summary>
internal static class Operators
{
    public static bool Truth(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        long whole => whole != 0,
        double number => number != 0,
        string text => text.Length > 0,
        SafeText safe => safe.Value.Length > 0,
        List<object?> list => list.Count > 0,
        JinjaMap map => map.Count > 0,
        _ => true,
    };

    public static object? Apply(string symbol, object? left, object? right, RenderBudget budget)
    {
        switch (symbol)
        {
            case "+":
                return Add(left, right, budget);
            case "~":
                var (head, tail) = (PythonText.Str(left, budget), PythonText.Str(right, budget));
                budget.Charge(head.Length + tail.Length);
                return head + tail;
            case "*" when Repeat(left, right, budget) is { } repeated:
                return repeated;
        }

        var a = Number(left);
        var b = Number(right);
        if (a is null || b is null)
        {
            throw new ChatTemplateException($"The chat template uses '{symbol}' between {Kind(left)} and {Kind(right)}.");
        }

        return a is long x && b is long y && symbol != "/" ? Whole(symbol, x, y) : Real(symbol, ToDouble(a), ToDouble(b));
    }

    public static object? Negate(object? value) => Number(value) switch
    {
        long whole => (object)-whole,
        double number => -number,
        _ => throw new ChatTemplateException($"The chat template uses a sign before {Kind(value)}."),
    };

    public static bool Compare(string symbol, object? left, object? right, RenderBudget budget) => symbol switch
    {
        "==" => AreEqual(left, right, budget),
        "!=" => !AreEqual(left, right, budget),
        "in" => Contains(right, left, budget),
        "not in" => !Contains(right, left, budget),
        "<" => Order(left, right, budget) < 0,
        "<=" => Order(left, right, budget) <= 0,
        ">" => Order(left, right, budget) > 0,
        _ => Order(left, right, budget) >= 0,
    };

    public static bool AreEqual(object? left, object? right, RenderBudget budget)
    {
        budget.Step();
        if (Number(left) is { } a && Number(right) is { } b)
        {
            return a is long x && b is long y ? x == y : ToDouble(a) == ToDouble(b);
        }

        if (PythonText.AsText(left) is { } text)
        {
            return text == PythonText.AsText(right);
        }

        return (left, right) switch
        {
            (null, null) => true,
            (Undefined, Undefined) => true,
            (List<object?> one, List<object?> other) => one is JinjaTuple == other is JinjaTuple && one.Count == other.Count && one.Zip(other).All(pair => AreEqual(pair.First, pair.Second, budget)),
            (JinjaMap one, JinjaMap other) => one.Count == other.Count &&
                one.All(item => other.TryGetValue(item.Key, out var value) && AreEqual(item.Value, value, budget)),
            _ => ReferenceEquals(left, right),
        };
    }

    /// <summary>Negative, zero or positive, as Python orders numbers, texts and lists.</summary>
    public static int Order(object? left, object? right, RenderBudget budget)
    {
        budget.Step();
        if (Number(left) is { } a && Number(right) is { } b)
        {
            return a is long x && b is long y ? x.CompareTo(y) : ToDouble(a).CompareTo(ToDouble(b));
        }

        if (PythonText.AsText(left) is { } one && PythonText.AsText(right) is { } other)
        {
            return string.CompareOrdinal(one, other);
        }

        if (left is List<object?> first && right is List<object?> second)
        {
            var differing = first.Zip(second).Select(pair => Order(pair.First, pair.Second, budget)).FirstOrDefault(static order => order != 0);
            return differing != 0 ? differing : first.Count.CompareTo(second.Count);
        }

        throw new ChatTemplateException($"The chat template orders {Kind(left)} and {Kind(right)}.");
    }

    public static bool Contains(object? container, object? item, RenderBudget budget)
    {
        if (PythonText.AsText(container) is { } text)
        {
            var part = PythonText.AsText(item) ?? throw new ChatTemplateException($"The chat template looks for {Kind(item)} in a text.");
            budget.Search(text, part);
            return text.Contains(part, StringComparison.Ordinal);
        }

        return container switch
        {
            List<object?> list => list.Exists(candidate => AreEqual(candidate, item, budget)),
            JinjaMap map => PythonText.AsText(item) is { } key && map.ContainsKey(key),
            Undefined => false,
            _ => throw new ChatTemplateException($"The chat template looks for something in {Kind(container)}."),
        };
    }

    /// <summary>The items a loop over a value gives.</summary>
    public static List<object?> Iterate(object? value, RenderBudget budget)
    {
        var items = value switch
        {
            List<object?> list => list,
            JinjaMap map => [.. map.Keys],
            Undefined => [],
            _ when PythonText.AsText(value) is { } text => [.. PythonText.CodePoints(text)],
            _ => throw new ChatTemplateException($"The chat template loops over {Kind(value)}."),
        };
        budget.Charge(value is List<object?> ? items.Count : (long)items.Count * RenderBudget.ItemCost);
        return items;
    }

    /// <summary>What a value is, for messages.</summary>
    public static string Kind(object? value) => value switch
    {
        null => "none",
        Undefined undefined => $"'{undefined.Name}', which is undefined",
        bool => "a truth value",
        long or double => "a number",
        string or SafeText => "a text",
        List<object?> => "a list",
        JinjaMap => "a map",
        JinjaNamespace => "a namespace",
        _ => "a function",
    };

    private static object? Add(object? left, object? right, RenderBudget budget)
    {
        if (PythonText.AsText(left) is { } head && PythonText.AsText(right) is { } tail)
        {
            budget.Charge(head.Length + tail.Length);
            return (left, right) switch
            {
                (SafeText, SafeText) => new SafeText(head + tail),
                (SafeText, _) => new SafeText(head + Escape(tail, budget)),
                (_, SafeText) => new SafeText(Escape(head, budget) + tail),
                _ => head + tail,
            };
        }

        if (left is List<object?> one && right is List<object?> other)
        {
            budget.Charge(((long)one.Count + other.Count) * (RenderBudget.ItemCost / 4));
            return new List<object?>([.. one, .. other]);
        }

        return (Number(left), Number(right)) switch
        {
            (long a, long b) => Whole("+", a, b),
            ({ } a, { } b) => ToDouble(a) + ToDouble(b),
            _ => throw new ChatTemplateException($"The chat template adds {Kind(left)} and {Kind(right)}."),
        };
    }

    /// <summary>Text escaped for HTML as MarkupSafe does.</summary>
    public static string Escape(string text, RenderBudget budget)
    {
        budget.Charge(5L * text.Length);
        return text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&#34;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal);
    }

    private static object? Repeat(object? left, object? right, RenderBudget budget)
    {
        var (value, times) = right is long ? (left, right) : (right, left);
        if (times is not long count || value is not (string or List<object?>))
        {
            return null;
        }

        count = Math.Max(0, count);
        var length = value is string text ? text.Length : ((List<object?>)value).Count * (RenderBudget.ItemCost / 4);
        budget.Charge(length == 0 ? 0 : count > long.MaxValue / length ? long.MaxValue : count * length);
        return length == 0 ? value : value is string part
            ? string.Concat(Enumerable.Repeat(part, (int)count))
            : Enumerable.Repeat((List<object?>)value, (int)count).SelectMany(static items => items).ToList();
    }

    private static object Whole(string symbol, long a, long b)
    {
        try
        {
            return symbol switch
            {
                "+" => (object)checked(a + b),
                "-" => checked(a - b),
                "*" => checked(a * b),
                "//" or "%" when b == 0 => throw new ChatTemplateException("The chat template divides by zero."),
                "//" => checked(a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0)),
                "%" => b == -1 ? 0L : a % b is var rest && rest != 0 && (rest < 0) != (b < 0) ? rest + b : a % b,
                _ when b < 0 => Math.Pow(a, b),
                _ => Math.Abs(Math.Pow(a, b)) < 1L << 53 ? (long)Math.Pow(a, b) : throw new OverflowException(),
            };
        }
        catch (OverflowException)
        {
            throw new ChatTemplateException("The chat template computes a number that is too large.");
        }
    }

    private static double Real(string symbol, double a, double b) => symbol switch
    {
        "-" => a - b,
        "*" => a * b,
        "**" => Math.Pow(a, b),
        _ when b == 0 => throw new ChatTemplateException("The chat template divides by zero."),
        "/" => a / b,
        "//" => Floored(a, b).Quotient,
        _ => Floored(a, b).Remainder,
    };

    // Python's float floor division: the exact remainder first, with the divisor's sign, then the quotient from it.
    private static (double Quotient, double Remainder) Floored(double a, double b)
    {
        var rest = a % b;
        var quotient = (a - rest) / b;
        if (rest == 0)
        {
            rest = Math.CopySign(0, b);
        }
        else if (rest < 0 != b < 0)
        {
            rest += b;
            quotient--;
        }

        var floor = Math.Floor(quotient);
        return (quotient == 0 ? Math.CopySign(0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor, rest);
    }

    private static object? Number(object? value) => value switch { bool truth => truth ? 1L : 0L, long or double => value, _ => null };

    private static double ToDouble(object number) => number is long whole ? whole : (double)number;
}
