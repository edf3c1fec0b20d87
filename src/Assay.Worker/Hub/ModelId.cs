using System.Text.RegularExpressions;

namespace Assay.Worker.Hub;

/// <summary>A model's name on a hub: <c>OWNER/NAME</c>, each of letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, at most 96 characters.</summary>
/// <remarks>The rules are those of the Hugging Face hub for repository names: no leading or trailing <c>-</c> or <c>.</c>, no <c>--</c> or <c>..</c>.</remarks>
internal sealed partial record ModelId
{
    private ModelId(string owner, string name) => (Owner, Name) = (owner, name);

    /// <summary>The account.</summary>
    public string Owner { get; }

    /// <summary>The model.</summary>
    public string Name { get; }

    /// <summary>Reads <c>OWNER/NAME</c>.</summary>
    /// <exception cref="ArgumentException">The text is something else.</exception>
    public static ModelId Parse(string text)
    {
        var match = Form().Match(text);
        bool valid = match.Success && !text.Contains("--", StringComparison.Ordinal) && !text.Contains("..", StringComparison.Ordinal);
        return valid
            ? new ModelId(match.Groups[1].Value, match.Groups[2].Value)
            : throw new ArgumentException($"'{text}' is not the name of a model: OWNER/NAME with letters, digits, '-', '_' and '.', such as openai-community/gpt2.", nameof(text));
    }

    public override string ToString() => $"{Owner}/{Name}";

    [GeneratedRegex(@"^([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?)/([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?)\z")]
    private static partial Regex Form();
}
