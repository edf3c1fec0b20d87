using System.Text;
using System.Text.Json;

namespace Assay.Data.FileTypes.Rows;

/// <summary>Reads JSON values into <see cref="RowField"/>s with byte offsets. Strict: no comments, no trailing commas, depth at most 64, no member twice.</summary>
/// <remarks>One per file: names are kept once, and the number of values is limited over the whole file.</remarks>
internal sealed class JsonTree
{
    /// <summary>Deepest nesting.</summary>
    public const int MaximumDepth = 64;

    private const int MaximumValues = 1_500_000;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaximumDepth + 1, CommentHandling = JsonCommentHandling.Disallow };

    private readonly Dictionary<string, string> _names = [];
    private int _values;

    /// <summary>Reads one whole value.</summary>
    /// <param name="json">UTF-8, valid as such.</param>
    /// <param name="first">Byte offset of its beginning in the source.</param>
    /// <param name="field">The value, when there is no fault.</param>
    /// <returns>Null, or what is wrong, to stand behind "Row 3 is not JSON: ".</returns>
    /// <exception cref="InvalidFileException">The file holds more values than are read.</exception>
    public string? TryRead(ReadOnlySpan<byte> json, int first, out RowField? field)
    {
        field = null;
        var reader = new Utf8JsonReader(json, Options);
        try
        {
            reader.Read();
            var value = Value(ref reader, "", first);
            if (reader.Read())
            {
                return $"something follows behind the value at byte {first + reader.TokenStartIndex}";
            }

            field = value;
            return null;
        }
        catch (JsonException problem)
        {
            return Describe(problem, first, reader);
        }
        catch (InvalidOperationException)
        {
            return $"the text at byte {first + reader.TokenStartIndex} has half of a surrogate pair (\\ud800 to \\udfff)";
        }
    }

    private static string Describe(JsonException problem, int first, Utf8JsonReader reader) => problem is JsonFault
        ? problem.Message
        : $"it breaks off or is malformed at byte {first + reader.BytesConsumed}";

    private RowField Value(ref Utf8JsonReader reader, string name, int first)
    {
        if (++_values > MaximumValues)
        {
            throw new InvalidFileException($"The file holds more than {MaximumValues} values.", "Split it into smaller files.");
        }

        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= MaximumDepth)
        {
            throw new JsonFault($"it is nested deeper than {MaximumDepth} levels");
        }

        var start = first + (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return new RowField(name, reader.GetString(), start + 1, first + (int)reader.BytesConsumed - 1, []);
            case JsonTokenType.StartObject:
                var members = Members(ref reader, first);
                return new RowField(name, null, start, first + (int)reader.BytesConsumed, members);
            case JsonTokenType.StartArray:
                var items = new List<RowField>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Value(ref reader, "", first));
                }

                return new RowField(name, null, start, first + (int)reader.BytesConsumed, items);
            case JsonTokenType.Null:
                return new RowField(name, null, start, first + (int)reader.BytesConsumed, []);
            default:
                return new RowField(name, Encoding.ASCII.GetString(reader.ValueSpan), start, first + (int)reader.BytesConsumed, []);
        }
    }

    private List<RowField> Members(ref Utf8JsonReader reader, int first)
    {
        var members = new List<RowField>();
        HashSet<string>? seen = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Kept(reader.GetString()!);
            seen ??= [];
            if (!seen.Add(name))
            {
                throw new JsonFault($"the member '{DisplayName.Of(name)}' appears twice");
            }

            reader.Read();
            members.Add(Value(ref reader, name, first));
        }

        return members;
    }

    private string Kept(string name)
    {
        if (_names.TryGetValue(name, out var kept))
        {
            return kept;
        }

        _names[name] = name;
        return name;
    }

    private sealed class JsonFault(string message) : JsonException(message);
}
