using System.Text.Json;

namespace Assay.Server.Contributions.TestSets;

/// <summary>Reads the texts of a test set from what somebody pasted or chose: one text a line, or one JSON value a line. Pure.</summary>
internal static class TestSetItems
{
    private const int MostDepth = 16;

    /// <summary>Lines that are no text by themselves: of a JSON object or list, its texts are joined. Blank lines are passed over.</summary>
    /// <param name="text">All lines.</param>
    /// <param name="isJson">Whether every line is JSON.</param>
    /// <returns>The texts; or which line is no JSON.</returns>
    public static (IReadOnlyList<string> Items, string? Problem) Read(string text, bool isJson)
    {
        var items = new List<string>();
        var number = 0;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            var item = line.Trim();
            if (item.Length == 0)
            {
                continue;
            }

            if (isJson)
            {
                try
                {
                    using var value = JsonDocument.Parse(item, new JsonDocumentOptions { MaxDepth = MostDepth });
                    item = string.Join('\n', Texts(value.RootElement));
                }
                catch (JsonException)
                {
                    return ([], $"Line {number} is no JSON. A .jsonl file has one JSON value a line; a .txt file one text a line.");
                }
            }

            if (item.Length > 0)
            {
                items.Add(item);
            }
        }

        return (items, null);
    }

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Object => value.EnumerateObject().SelectMany(property => Texts(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        _ => [],
    };
}
