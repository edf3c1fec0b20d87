using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Data.Tokenization;
using Assay.Testing;

namespace Assay.Data.Tests.Tokenization;

public sealed class ChatTemplateGoldenTests
{
    [Fact]
    public void Every_published_template_renders_as_the_reference_does()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Goldens.Require("chat_templates/golden_chat.json")));
        var differing = new StringBuilder();
        var equal = 0;
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = $"{item.GetProperty("template").GetString()} / {item.GetProperty("case").GetString()}";
            var (text, error) = Render(item);
            var refused = item.TryGetProperty("error", out var expected);
            if (refused ? error is { RaisedByTemplate: true } && expected.GetString()!.EndsWith(error.Message, StringComparison.Ordinal) : text == item.GetProperty("rendered").GetString())
            {
                equal++;
            }
            else
            {
                differing.AppendLine(CultureInfo.InvariantCulture, $"{name}: {error?.Message ?? text}");
            }
        }

        Assert.True(differing.Length == 0, differing.ToString());
        Assert.Equal(220, equal);
    }

    private static (string? Text, ChatTemplateException? Error) Render(JsonElement item)
    {
        try
        {
            var input = new ChatTemplateInput(item.GetProperty("messages"), item.GetProperty("add_generation_prompt").GetBoolean())
            {
                Tools = item.GetProperty("tools") is { ValueKind: JsonValueKind.Array } tools ? tools : null,
                Context = item.GetProperty("context").EnumerateObject().ToDictionary(static member => member.Name, static member => member.Value),
            };
            return (ChatTemplate.Parse(Source(item.GetProperty("template").GetString()!)).Render(input), null);
        }
        catch (ChatTemplateException exception)
        {
            return (null, exception);
        }
    }

    private static string Source(string template)
    {
        const string InConfig = "tokenizer_config:";
        return template.StartsWith(InConfig, StringComparison.Ordinal)
            ? TokenizerConfig.LoadFolder(Goldens.Require($"tokenizers/{template[InConfig.Length..]}")).ChatTemplate!
            : File.ReadAllText(Goldens.Require($"chat_templates/{template}"));
    }
}
