using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.FileTypes.Rows;

namespace Assay.Data.Records;

/// <summary>Makes records of rows: Alpaca's instruction, input and output; ShareGPT's conversations; OpenAI's messages; prompt and completion; running text; or what a mapping says.</summary>
/// <remarks>A row's words are taken as they stand. A row that fits no layout, or has an empty field or turns out of order, is skipped and named.</remarks>
internal static class InstructionRows
{
    private const int ShownColumns = 12;

    /// <summary>Names that published instruction data uses, in the order in which they are looked for.</summary>
    private static readonly ColumnMapping[] Layouts =
    [
        new(Prompt: "instruction", Answer: "output", Input: "input", System: "system"),
        new(Prompt: "instruction", Answer: "response", Input: "context", System: "system"),
        new(Turns: "conversations", System: "system"),
        new(Turns: "messages", System: "system"),
        new(Prompt: "prompt", Answer: "completion", System: "system"),
        new(Prompt: "prompt", Answer: "response", System: "system"),
        new(Prompt: "question", Answer: "answer", System: "system"),
        new(Text: "text"),
    ];

    /// <summary>Reads every row.</summary>
    public static RecordReading Read(IReadOnlyList<SourceRow> rows, ColumnMapping? mapping)
    {
        var records = new List<DataRecord>();
        var skipped = new List<SkippedPart>();
        foreach (var row in rows)
        {
            var (turns, fault) = row.Fault is { } unread ? ([], new RowFault(unread)) : Turns(row, mapping);
            if (fault is not null)
            {
                skipped.Add(new SkippedPart(row.Number, fault.Sentence, Malformed: true, row.Start, row.End) { HasEmptyField = fault.IsEmptyField });
            }
            else
            {
                records.Add(new DataRecord(records.Count, Form(turns), turns, row.Start, row.End) { Row = row.Number });
            }
        }

        return new RecordReading(records, skipped);
    }

    private static RecordForm Form(List<RecordTurn> turns) => turns switch
    {
        [{ Role: TurnRole.Text }] => RecordForm.Chunk,
        [{ Role: TurnRole.User }, { Role: TurnRole.Assistant }] => RecordForm.Instruction,
        _ => RecordForm.Conversation,
    };

    private static (List<RecordTurn> Turns, RowFault? Fault) Turns(SourceRow row, ColumnMapping? mapping)
    {
        var layout = mapping ?? Array.Find(Layouts, known => Fits(row, known) && HasContent(row, known)) ?? Array.Find(Layouts, known => Fits(row, known));
        if (layout is null || !Fits(row, layout))
        {
            return ([], Unknown(row, mapping));
        }

        var turns = new List<RecordTurn>();
        if (layout.System is { } system && row.Field(system) is { Text: { } told } field && !string.IsNullOrWhiteSpace(told))
        {
            turns.Add(Turn(TurnRole.System, field));
        }

        var fault = layout switch
        {
            { Text: { } text } => AddField(turns, row, text, TurnRole.Text),
            { Turns: { } list } => ConversationTurns.Add(turns, row, row.Field(list)!),
            _ => AddPair(turns, row, layout),
        };
        return (turns, fault);
    }

    private static bool Fits(SourceRow row, ColumnMapping layout) =>
        layout.Text is { } text ? row.Field(text) is not null
        : layout.Turns is { } turns ? row.Field(turns) is not null
        : row.Field(layout.Prompt!) is not null && row.Field(layout.Answer!) is not null;

    /// <summary>A row may carry several layouts, some of them empty, as our own exports do for running text.</summary>
    private static bool HasContent(SourceRow row, ColumnMapping layout) =>
        row.Field(layout.Text ?? layout.Turns ?? layout.Prompt!) is { Items.Count: > 0 } or { Text.Length: > 0 };

    private static RowFault? AddPair(List<RecordTurn> turns, SourceRow row, ColumnMapping layout)
    {
        var prompt = row.Field(layout.Prompt!)!;
        if (prompt.Items.Count > 0)
        {
            // Preference data may keep prompt and completion as lists of turns.
            return ConversationTurns.Add(turns, row, prompt, row.Field(layout.Answer!)!);
        }

        if (AddField(turns, row, layout.Prompt!, TurnRole.User) is { } fault)
        {
            return fault;
        }

        if (layout.Input is { } name && row.Field(name) is { Text: { } more } input && !string.IsNullOrWhiteSpace(more))
        {
            var asked = turns[^1];
            var added = Turn(TurnRole.User, input);
            turns[^1] = asked with { Text = $"{asked.Text}\n\n{added.Text}", Start = Math.Min(asked.Start, added.Start), End = Math.Max(asked.End, added.End) };
        }

        return AddField(turns, row, layout.Answer!, TurnRole.Assistant);
    }

    private static RowFault? AddField(List<RecordTurn> turns, SourceRow row, string name, TurnRole role)
    {
        var field = row.Field(name)!;
        if (field.Items.Count > 0)
        {
            return new RowFault($"Row {row.Number}: '{DisplayName.Of(name)}' is a list or an object; a text is expected.");
        }

        if (string.IsNullOrWhiteSpace(field.Text))
        {
            return new RowFault($"Row {row.Number}: '{DisplayName.Of(name)}' is empty.", IsEmptyField: true);
        }

        turns.Add(Turn(role, field));
        return null;
    }

    /// <summary>A field's words as a turn.</summary>
    internal static RecordTurn Turn(TurnRole role, RowField field) => new(role, SourceText.Clean(field.Text!).Trim(), field.Start, field.End);

    private static RowFault Unknown(SourceRow row, ColumnMapping? mapping)
    {
        var names = row.Fields.Take(ShownColumns).Select(field => $"'{DisplayName.Of(field.Name)}'").ToList();
        var found = new StringBuilder($"Row {row.Number} has {(names.Count == 0 ? "no columns" : $"the columns {string.Join(", ", names)}")}");
        found.Append(row.Fields.Count > ShownColumns ? $" and {row.Fields.Count - ShownColumns} more" : "");
        found.Append(mapping is not null
            ? $", and the mapping asks for '{mapping}'."
            : ". Known are instruction and output, conversations, messages, prompt and completion, question and answer, and text; for other names say which column is which, for example prompt=NAME,answer=NAME.");
        return new RowFault(found.ToString());
    }
}

/// <summary>Why a row became no record.</summary>
/// <param name="Sentence">With the number of the row.</param>
/// <param name="IsEmptyField">A required field holds nothing.</param>
internal sealed record RowFault(string Sentence, bool IsEmptyField = false);
