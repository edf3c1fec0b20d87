using System.Text;
using System.Text.Json;
using Assay.Data.Tokenization;

namespace Assay.Worker.Conformance;

/// <summary>Checks of <c>chat_templates/</c>: conversations that published templates render, or refuse.</summary>
internal sealed class ChatTemplateChecks : ICheckSource
{
    private const string InConfig = "tokenizer_config:";
    private readonly GoldenFolder folder;
    private readonly JsonDocument goldens;

    /// <param name="folder">Folder with <c>golden_chat.json</c>.</param>
    public ChatTemplateChecks(GoldenFolder folder)
    {
        this.folder = folder;
        goldens = JsonDocument.Parse(folder.Read($"{folder.Name}/golden_chat.json"));
    }

    /// <inheritdoc/>
    public IEnumerable<Check> All() => goldens.RootElement.GetProperty("cases").EnumerateArray()
        .GroupBy(item => item.GetProperty("template").GetString()!)
        .Select(group => new Check($"render:{group.Key}", () => Render(group.Key, [.. group])));

    public void Dispose() => goldens.Dispose();

    private Figure Render(string name, IReadOnlyList<JsonElement> cases)
    {
        var template = ChatTemplate.Parse(Source(name));
        return Figure.Count(cases.Count(item => IsAsRecorded(template, item)), cases.Count);
    }

    private string Source(string name) => name.StartsWith(InConfig, StringComparison.Ordinal)
        ? TokenizerConfig.Parse(folder.Read($"tokenizers/{name[InConfig.Length..]}/tokenizer_config.json")).ChatTemplate
            ?? throw new InvalidDataException($"'{name}' has no chat_template.")
        : Encoding.UTF8.GetString(folder.Read($"{folder.Name}/{name}"));

    private static bool IsAsRecorded(ChatTemplate template, JsonElement item)
    {
        bool mustRefuse = item.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
        try
        {
            string text = template.Render(new ChatTemplateInput(item.GetProperty("messages"), item.GetProperty("add_generation_prompt").GetBoolean())
            {
                Tools = item.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array ? tools : null,
                Context = item.TryGetProperty("context", out var context)
                    ? context.EnumerateObject().ToDictionary(member => member.Name, member => member.Value)
                    : new Dictionary<string, JsonElement>(),
            });
            return !mustRefuse && text == item.GetProperty("rendered").GetString();
        }
        catch (ChatTemplateException refusal)
        {
            return mustRefuse && refusal.RaisedByTemplate;
        }
    }
}
