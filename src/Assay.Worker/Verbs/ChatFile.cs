using System.Text.Json;
using Assay.Data.Tokenization;

namespace Assay.Worker.Verbs;

/// <summary>Conversations in a JSONL file: one <c>{"messages":[{"role":…,"content":…}]}</c> a line.</summary>
internal static class ChatFile
{
    private const int LongestLine = 1 << 22;

    /// <summary>Reads all conversations; blank lines are skipped.</summary>
    /// <exception cref="InvalidDataException">A line is something else; the message gives its number.</exception>
    public static IReadOnlyList<IReadOnlyList<ChatMessage>> Read(string path)
    {
        var conversations = new List<IReadOnlyList<ChatMessage>>();
        foreach (var (index, line) in File.ReadLines(path).Index())
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                conversations.Add(Parse(line, index + 1));
            }
        }

        return conversations;
    }

    private static List<ChatMessage> Parse(string line, int number)
    {
        try
        {
            if (line.Length > LongestLine)
            {
                throw new InvalidDataException($"Line {number} has {line.Length} characters; at most {LongestLine} are read.");
            }

            using var document = JsonDocument.Parse(line);
            List<ChatMessage> messages = [.. document.RootElement.GetProperty("messages").EnumerateArray()
                .Select(message => new ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))];
            return messages.Count > 0 && messages.TrueForAll(message => message.Role is not null && message.Content is not null)
                ? messages
                : throw new InvalidDataException($"Line {number} has no messages, or a role or content that is no text.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException($"Line {number} is not an object with messages of role and content: {error.Message}", error);
        }
    }
}
