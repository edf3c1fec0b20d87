using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>JSON as Hugging Face's <c>tojson</c> writes it: <c>, </c> and <c>: </c>, nothing escaped beyond JSON's own need, keys in order.</summary>
/// <param name="budget">Bounds of the rendering.</param>
/// <param name="indent">Blanks per level, or null for one line.</param>
/// <param name="sortKeys">True sorts the keys of every map.</param>
internal sealed class JsonText(RenderBudget budget, int? indent, bool sortKeys)
{
    private const int WidestIndent = 64;

    private readonly StringBuilder output = new();

    /// <summary>Text between items and between key and value; null gives Python's defaults.</summary>
    public (string Item, string Key)? Separators { get; init; }

    /// <summary>The JSON text of a value.</summary>
    /// <exception cref="ChatTemplateException">The value holds something JSON cannot say.</exception>
    public string Write(object? value)
    {
        if (indent is < 0 or > WidestIndent)
        {
            throw new ChatTemplateException($"The chat template calls 'tojson' with an indent of {indent}; 0 to {WidestIndent} are supported.");
        }

        Value(value, level: 0);
        return output.ToString();
    }

    /// <summary>A parsed JSON value as a template sees it.</summary>
    public static object? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ReadMap(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Read).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? (object)whole : element.GetDouble(),
        _ => null,
    };

    private static JinjaMap ReadMap(JsonElement element)
    {
        var map = new JinjaMap();
        foreach (var member in element.EnumerateObject())
        {
            map[member.Name] = Read(member.Value);
        }

        return map;
    }

    private void Value(object? value, int level)
    {
        budget.Step();
        switch (value)
        {
            case null:
                Append("null");
                break;
            case bool truth:
                Append(truth ? "true" : "false");
                break;
            case long whole:
                Append(whole.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                Append(double.IsFinite(number) ? PythonText.Number(number) : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case List<object?> list:
                Items('[', ']', list, level, item => Value(item, level + 1));
                break;
            case JinjaMap map:
                IEnumerable<KeyValuePair<string, object?>> members = sortKeys ? map.OrderBy(static item => item.Key, StringComparer.Ordinal) : map;
                Items('{', '}', [.. members], level, item =>
                {
                    Quote(item.Key);
                    Append(Separators?.Key ?? ": ");
                    Value(item.Value, level + 1);
                });
                break;
            default:
                Quote(PythonText.AsText(value) ?? throw new ChatTemplateException("The chat template calls 'tojson' on a value that JSON cannot hold."));
                break;
        }
    }

    private void Items<T>(char open, char close, List<T> items, int level, Action<T> write)
    {
        output.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            Append(i == 0 ? "" : Separators?.Item ?? (indent is null ? ", " : ","));
            NewLine(level + 1);
            write(items[i]);
        }

        if (items.Count > 0)
        {
            NewLine(level);
        }

        output.Append(close);
    }

    private void NewLine(int level)
    {
        if (indent is { } width)
        {
            Append("\n");
            budget.Charge((long)width * level);
            output.Append(' ', width * level);
        }
    }

    private void Quote(string text)
    {
        budget.Charge(text.Length);
        output.Append('"');
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '"' => output.Append("\\\""),
                '\\' => output.Append("\\\\"),
                '\n' => output.Append("\\n"),
                '\r' => output.Append("\\r"),
                '\t' => output.Append("\\t"),
                '\b' => output.Append("\\b"),
                '\f' => output.Append("\\f"),
                < ' ' => output.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => output.Append(unit),
            };
        }

        output.Append('"');
    }

    private void Append(string text)
    {
        budget.Charge(text.Length);
        output.Append(text);
    }
}
