using System.Text.Json;
using Assay.Data.Tokenization;

namespace Assay.Worker.Verbs;

/// <summary>One line of a training file: a conversation, or running text.</summary>
/// <param name="Messages">Turns of a conversation; empty for running text.</param>
/// <param name="Text">Running text; null for a conversation.</param>
internal sealed record TrainingLine(IReadOnlyList<ChatMessage> Messages, string? Text);

/// <summary>Training data as JSONL. A line is a conversation <c>{"messages":[{"role":…,"content":…}]}</c>, a pair of question and answer, or <c>{"text":…}</c>.</summary>
internal static class TrainingFile
{
    private const int LongestLine = 1 << 22;

    // The names that published instruction data uses, prompt then answer; "input" adds to an instruction.
    private static readonly (string Prompt, string Answer)[] Pairs =
        [("prompt", "completion"), ("prompt", "response"), ("question", "answer"), ("instruction", "output")];

    /// <summary>Reads all lines; blank ones are skipped.</summary>
    /// <exception cref="InvalidDataException">A line is something else; the message gives its number.</exception>
    public static IReadOnlyList<TrainingLine> Read(string path)
    {
        var lines = new List<TrainingLine>();
        foreach (var (index, line) in File.ReadLines(path).Index())
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                lines.Add(Parse(line, index + 1));
            }
        }

        return lines;
    }

    private static TrainingLine Parse(string line, int number)
    {
        if (line.Length > LongestLine)
        {
            throw new InvalidDataException($"Line {number} has {line.Length} characters; at most {LongestLine} are read.");
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            return Of(document.RootElement)
                ?? throw new InvalidDataException($"Line {number} is no training record: it needs messages with role and content, a prompt with its completion, a question with its answer, an instruction with its output, or a text, none of them empty.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"Line {number} is not a JSON object of texts: {error.Message}", error);
        }
    }

    private static TrainingLine? Of(JsonElement record)
    {
        if (record.TryGetProperty("messages", out var turns))
        {
            var messages = turns.EnumerateArray().Select(turn => (Role: Text(turn, "role"), Content: Text(turn, "content"))).ToList();
            return messages.Count > 0 && messages.TrueForAll(turn => turn.Role is not null && turn.Content is not null)
                ? new TrainingLine([.. messages.Select(turn => new ChatMessage(turn.Role!, turn.Content!))], null)
                : null;
        }

        foreach (var (prompt, answer) in Pairs)
        {
            if (Text(record, prompt) is { Length: > 0 } asked && Text(record, answer) is { Length: > 0 } said)
            {
                string question = prompt == "instruction" && Text(record, "input") is { Length: > 0 } input ? $"{asked}\n\n{input}" : asked;
                return new TrainingLine([new ChatMessage("user", question), new ChatMessage("assistant", said)], null);
            }
        }

        return Text(record, "text") is { Length: > 0 } text ? new TrainingLine([], text) : null;
    }

    private static string? Text(JsonElement record, string name) =>
        record.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
