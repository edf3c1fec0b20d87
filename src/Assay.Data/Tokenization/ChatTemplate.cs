using Assay.Data.Tokenization.Jinja;

namespace Assay.Data.Tokenization;

/// <summary>A model's chat template: turns a conversation into the text the model was trained on. Safe to use from several threads at once.</summary>
/// <remarks>
/// The part of Jinja that published templates use, rendered as Hugging Face does: trim_blocks and lstrip_blocks on, break and continue, its own <c>tojson</c>.
/// Templates come from others: steps, text, depth and time of a rendering are bounded.
/// </remarks>
public sealed class ChatTemplate
{
    private const int LongestSource = 1 << 20;

    private readonly Body body;

    private ChatTemplate(string source, Body body)
    {
        Source = source;
        this.body = body;
    }

    /// <summary>The template as it was given.</summary>
    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <exception cref="ChatTemplateException">The source is malformed, too long or uses a tag that is not implemented.</exception>
    public static ChatTemplate Parse(string source) => source.Length <= LongestSource
        ? new(source, TemplateParser.Parse(source))
        : throw new ChatTemplateException($"The chat template has {source.Length} characters; at most {LongestSource} are read.");

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">Turns, oldest first.</param>
    /// <param name="addGenerationPrompt">True ends the text where the assistant's next reply begins.</param>
    /// <param name="context">More variables: token texts such as <c>bos_token</c> (<see cref="TokenizerConfig.SpecialTokens"/>), <c>date_string</c>.</param>
    /// <param name="now">The time that <c>strftime_now</c> shows; null makes a template that asks for it fail.</param>
    /// <returns>The text, which already holds any beginning token: encode it with <see cref="Tokenizer.Encode"/>.</returns>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or fails.</exception>
    public string Render(
        IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, string>? context = null, DateTimeOffset? now = null)
    {
        var turns = messages.Select(static message => (object?)new JinjaMap { ["role"] = message.Role, ["content"] = message.Content }).ToList();
        return Render(turns, tools: null, addGenerationPrompt, (context ?? new Dictionary<string, string>()).Select(static item => (item.Key, (object?)item.Value)), now);
    }

    /// <summary>Renders a conversation given as JSON, with tools, tool calls and parts as Hugging Face's renderer takes them.</summary>
    /// <param name="input">Messages, tools and further variables.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or fails, or the JSON has another shape.</exception>
    public string Render(ChatTemplateInput input)
    {
        try
        {
            if (JsonText.Read(input.Messages) is not List<object?> messages)
            {
                throw new ChatTemplateException("The messages are not a list.");
            }

            var context = input.Context.Select(static item => (item.Key, JsonText.Read(item.Value)));
            return Render(messages, input.Tools is { } tools ? JsonText.Read(tools) : null, input.AddGenerationPrompt, context, input.Now);
        }
        catch (InvalidOperationException)
        {
            throw new ChatTemplateException("The messages hold a broken surrogate escape.");
        }
    }

    private string Render(List<object?> messages, object? tools, bool addGenerationPrompt, IEnumerable<(string, object?)> context, DateTimeOffset? now)
    {
        var budget = new RenderBudget(TimeProvider.System);
        var scope = new Scope(Globals.Scope(now, budget));
        scope.Set("messages", messages);
        scope.Set("tools", tools);
        scope.Set("documents", null);
        scope.Set("add_generation_prompt", addGenerationPrompt);
        foreach (var (name, value) in context)
        {
            scope.Set(name, value);
        }

        return new TemplateRenderer(budget).Render(body, scope);
    }
}
