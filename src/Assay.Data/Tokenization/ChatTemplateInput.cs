using System.Text.Json;

namespace Assay.Data.Tokenization;

/// <summary>A conversation as JSON for a chat template.</summary>
/// <param name="Messages">List of messages; content may be text or parts, and messages may hold tool calls.</param>
/// <param name="AddGenerationPrompt">True ends the text where the assistant's next reply begins.</param>
public sealed record ChatTemplateInput(JsonElement Messages, bool AddGenerationPrompt)
{
    /// <summary>Descriptions of tools, or null.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>More variables by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Context { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The time that <c>strftime_now</c> shows; null makes a template that asks for it fail.</summary>
    public DateTimeOffset? Now { get; init; }
}
