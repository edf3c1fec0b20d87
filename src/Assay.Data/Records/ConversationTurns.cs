using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.FileTypes.Rows;

namespace Assay.Data.Records;

/// <summary>Reads lists of turns: <c>role</c> and <c>content</c> as OpenAI writes them, <c>from</c> and <c>value</c> as ShareGPT does. A list may also be JSON inside a text, as tables keep it.</summary>
internal static class ConversationTurns
{
    private const int MaximumTurns = 1_000;

    /// <summary>Adds the turns of one or several lists and looks at their order.</summary>
    public static RowFault? Add(List<RecordTurn> turns, SourceRow row, params ReadOnlySpan<RowField> lists)
    {
        foreach (var list in lists)
        {
            if (AddList(turns, row, list) is { } fault)
            {
                return fault;
            }
        }

        return Order(turns, row.Number);
    }

    private static RowFault? AddList(List<RecordTurn> turns, SourceRow row, RowField list)
    {
        var items = list.Items;
        if (list.Text is { } text)
        {
            if (!text.AsSpan().TrimStart().StartsWith("[") || new JsonTree().TryRead(Encoding.UTF8.GetBytes(text), 0, out var inner) is not null)
            {
                return new RowFault($"Row {row.Number}: '{DisplayName.Of(list.Name)}' is not a list of turns.");
            }

            // Offsets inside the text's JSON say nothing about the source, whose quotes may be doubled: every turn lies somewhere in the field.
            items = [.. inner!.Items.Select(item => Placed(item, list.Start, list.End))];
        }

        if (items.Count is 0 or > MaximumTurns)
        {
            return new RowFault(items.Count == 0 ? $"Row {row.Number}: '{DisplayName.Of(list.Name)}' has no turns." : $"Row {row.Number} has {items.Count} turns; {MaximumTurns} are the most.", IsEmptyField: items.Count == 0);
        }

        foreach (var (index, item) in items.Index())
        {
            if (AddTurn(turns, item, $"Row {row.Number}, turn {index + 1}") is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static RowFault? AddTurn(List<RecordTurn> turns, RowField item, string place)
    {
        var speaker = (item.Member("role") ?? item.Member("from"))?.Text;
        if (speaker is null)
        {
            return new RowFault($"{place} does not say who speaks: 'role' or 'from' is missing.");
        }

        TurnRole? role = speaker.ToLowerInvariant() switch
        {
            "system" or "developer" => TurnRole.System,
            "user" or "human" => TurnRole.User,
            "assistant" or "gpt" or "model" or "bot" or "chatgpt" => TurnRole.Assistant,
            _ => null,
        };
        if (role is not { } known)
        {
            return new RowFault($"{place} is spoken by '{DisplayName.Of(speaker)}'; system, user and assistant are trained.");
        }

        if ((item.Member("tool_calls") ?? item.Member("function_call")) is { } call && call.Texts().Any())
        {
            return new RowFault($"{place} calls a tool; calls are not trained.");
        }

        var content = item.Member("content") ?? item.Member("value");
        if (content is { Text: null, Items.Count: > 0 })
        {
            content = Parts(content);
            if (content is null)
            {
                return new RowFault($"{place} has parts that are not text.");
            }
        }

        if (string.IsNullOrWhiteSpace(content?.Text))
        {
            return new RowFault($"{place} is empty.", IsEmptyField: true);
        }

        turns.Add(InstructionRows.Turn(known, content));
        return null;
    }

    /// <summary>Text parts, joined by a line end; null when one is something else.</summary>
    private static RowField? Parts(RowField content)
    {
        var texts = content.Items.Select(part => part.Text is not null ? part : part.Member("type")?.Text is null or "text" ? part.Member("text") : null).ToList();
        return texts.TrueForAll(text => text?.Text is not null)
            ? content with { Text = string.Join('\n', texts.Select(text => text!.Text)), Items = [] }
            : null;
    }

    /// <summary>System first if at all, then user and assistant in turns, the assistant last.</summary>
    private static RowFault? Order(List<RecordTurn> turns, int number)
    {
        var expected = TurnRole.User;
        foreach (var (index, turn) in turns.Index())
        {
            if (index == 0 && turn.Role == TurnRole.System)
            {
                continue;
            }

            if (turn.Role != expected)
            {
                return new RowFault($"Row {number}: turn {index + 1} is the {Word(turn.Role)}'s where the {Word(expected)}'s is expected; they take turns, the user first.");
            }

            expected = expected == TurnRole.User ? TurnRole.Assistant : TurnRole.User;
        }

        return turns[^1].Role == TurnRole.Assistant ? null : new RowFault($"Row {number} ends without an answer: the last turn is the {Word(turns[^1].Role)}'s.");
    }

    private static string Word(TurnRole role) => role.ToString().ToLowerInvariant();

    private static RowField Placed(RowField field, int start, int end) => field with { Start = start, End = end, Items = [.. field.Items.Select(item => Placed(item, start, end))] };
}
