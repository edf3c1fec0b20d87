namespace Assay.Data.Tokenization.Jinja;

/// <summary>Attributes, items and slices of values.</summary>
internal static class Members
{
    /// <summary><c>target.key</c>: a method when the value has one, else the item with that key.</summary>
    public static object? Attribute(object? target, string key, RenderBudget budget)
    {
        switch (target)
        {
            case Undefined undefined:
                throw new ChatTemplateException($"The chat template asks '{undefined.Name}', which is undefined, for '{key}'.");
            case JinjaNamespace space:
                return space.Values.TryGetValue(key, out var value) ? value : new Undefined(key);
            case JinjaMap map:
                return MapMethod(map, key) ?? (map.TryGetValue(key, out var item) ? item : new Undefined(key));
            case LoopState loop:
                return LoopMember(loop, key);
            case List<object?> list:
                return ListMethod(list, key, budget) ?? (object)new Undefined(key);
            default:
                return (PythonText.AsText(target) is { } text ? TextMethods.Find(text, target is SafeText, key, budget) : null) ?? (object)new Undefined(key);
        }
    }

    /// <summary><c>target[key]</c>: the item, or the attribute when a text key has no item.</summary>
    public static object? Item(object? target, object? key, RenderBudget budget)
    {
        if (target is JinjaMap map && PythonText.AsText(key) is { } name && map.TryGetValue(name, out var value))
        {
            return value;
        }

        if (key is long index && (target is List<object?> || PythonText.AsText(target) is not null))
        {
            var items = Operators.Iterate(target, budget);
            var place = index < 0 ? index + items.Count : index;
            return place >= 0 && place < items.Count ? items[(int)place] : new Undefined($"item {index}");
        }

        return PythonText.AsText(key) is { } attribute
            ? Attribute(target, attribute, budget)
            : target is Undefined undefined
                ? throw new ChatTemplateException($"The chat template asks '{undefined.Name}', which is undefined, for an item.")
                : new Undefined("item");
    }

    /// <summary><c>target[start:stop:step]</c> of lists and texts, in code points.</summary>
    public static object? Slice(object? target, long? start, long? stop, long? step, RenderBudget budget)
    {
        var text = PythonText.AsText(target);
        if (text is null && target is not List<object?>)
        {
            throw new ChatTemplateException($"The chat template slices {Operators.Kind(target)}.");
        }

        var items = Operators.Iterate(target, budget);
        var stride = step ?? 1;
        if (stride == 0)
        {
            throw new ChatTemplateException("The chat template slices with a step of zero.");
        }

        var (low, high) = stride > 0 ? (0L, (long)items.Count) : (-1L, items.Count - 1L);
        var from = Clamp(start, stride > 0 ? low : high);
        var to = Clamp(stop, stride > 0 ? high : low);
        var result = new List<object?>();
        for (var i = from; stride > 0 ? i < to : i > to; i += Math.Clamp(stride, -items.Count - 1, items.Count + 1))
        {
            result.Add(items[(int)i]);
        }

        return text is null ? result : string.Concat(result.Cast<string>());

        long Clamp(long? bound, long otherwise) =>
            bound is not { } value ? otherwise : Math.Clamp(value < 0 ? Math.Max(value, long.MinValue / 2) + items.Count : value, low, high);
    }

    /// <summary>The key and value pairs of a map, each as a list of two.</summary>
    public static List<object?> Pairs(JinjaMap map) => [.. map.Select(static item => new JinjaTuple([item.Key, item.Value]))];

    private static object? LoopMember(LoopState loop, string key) => key switch
    {
        "index" => loop.Index + 1L,
        "index0" => (long)loop.Index,
        "revindex" => (long)(loop.Items.Count - loop.Index),
        "revindex0" => loop.Items.Count - loop.Index - 1L,
        "first" => loop.Index == 0,
        "last" => loop.Index == loop.Items.Count - 1,
        "length" => (long)loop.Items.Count,
        "depth" => 1L,
        "depth0" => 0L,
        "previtem" => loop.Index > 0 ? loop.Items[loop.Index - 1] : new Undefined("loop.previtem"),
        "nextitem" => loop.Index + 1 < loop.Items.Count ? loop.Items[loop.Index + 1] : new Undefined("loop.nextitem"),
        "cycle" => new JinjaFunction(key, arguments => arguments.Positional.Count > 0
            ? arguments.Positional[loop.Index % arguments.Positional.Count]
            : throw new ChatTemplateException("The chat template calls 'cycle' without values.")),
        _ => new Undefined($"loop.{key}"),
    };

    private static JinjaFunction? MapMethod(JinjaMap map, string name) => name switch
    {
        "items" => new(name, _ => Pairs(map)),
        "keys" => new(name, _ => map.Keys.Cast<object?>().ToList()),
        "values" => new(name, _ => map.Values.ToList()),
        "get" => new(name, arguments => map.TryGetValue(arguments.TextAt(0, "key"), out var value) ? value : arguments.At(1, "default")),
        _ => null,
    };

    private static JinjaFunction? ListMethod(List<object?> list, string name, RenderBudget budget) => name switch
    {
        "index" => new(name, arguments => list.FindIndex(item => Operators.AreEqual(item, arguments.At(0, "value"), budget)) is >= 0 and var at
            ? (long)at
            : throw new ChatTemplateException("The chat template asks a list for the index of something it lacks.")),
        "count" => new(name, arguments => (long)list.Count(item => Operators.AreEqual(item, arguments.At(0, "value"), budget))),
        _ => null,
    };
}
