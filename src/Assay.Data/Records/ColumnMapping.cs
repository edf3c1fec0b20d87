namespace Assay.Data.Records;

/// <summary>Says which columns of a row hold what, for rows whose names are not recognised. Case does not matter.</summary>
/// <param name="Prompt">Column of the question or instruction.</param>
/// <param name="Answer">Column of the answer.</param>
/// <param name="Input">Column that adds to the prompt and may be empty.</param>
/// <param name="System">Column of what the model is told before, and may be empty.</param>
/// <param name="Turns">Column of a list of turns; instead of prompt and answer.</param>
/// <param name="Text">Column of running text; instead of prompt and answer.</param>
public sealed record ColumnMapping(string? Prompt = null, string? Answer = null, string? Input = null, string? System = null, string? Turns = null, string? Text = null)
{
    private const int LongestName = 200;

    /// <summary>Why the mapping cannot be used, as a sentence; null when it can.</summary>
    public string? Problem()
    {
        string?[] names = [Prompt, Answer, Input, System, Turns, Text];
        if (Array.Exists(names, name => name is not null && (name.Trim().Length == 0 || name.Length > LongestName)))
        {
            return $"A column's name has 1 to {LongestName} characters.";
        }

        var ways = (Prompt is not null || Answer is not null ? 1 : 0) + (Turns is not null ? 1 : 0) + (Text is not null ? 1 : 0);
        return ways != 1 ? "Name either the columns of prompt and answer, or the one of the turns, or the one of the text."
            : (Prompt is null) != (Answer is null) ? "Name both, the column of the prompt and that of the answer."
            : Input is not null && Prompt is null ? "A column that adds to the prompt needs one of the prompt."
            : System is not null && Text is not null ? "Running text has no system column."
            : null;
    }

    /// <summary>Reads <c>prompt=question,answer=reply</c>; the words are prompt, answer, input, system, turns and text.</summary>
    /// <returns>The mapping, or why there is none.</returns>
    public static (ColumnMapping? Mapping, string? Problem) Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var mapping = new ColumnMapping();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=', 2, StringSplitOptions.TrimEntries) is not [var word, { Length: > 0 } name])
            {
                return (null, $"'{part}' is not of the form prompt=NAME.");
            }

            var (more, problem) = mapping.With(word, name);
            if (problem is not null)
            {
                return (null, problem);
            }

            mapping = more;
        }

        return mapping.Problem() is { } wrong ? (null, wrong) : (mapping, null);
    }

    /// <summary>The form that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        (string Word, string? Name)[] parts = [("prompt", Prompt), ("answer", Answer), ("input", Input), ("system", System), ("turns", Turns), ("text", Text)];
        return string.Join(',', parts.Where(part => part.Name is not null).Select(part => $"{part.Word}={part.Name}"));
    }

    private (ColumnMapping Mapping, string? Problem) With(string word, string name) => word.ToLowerInvariant() switch
    {
        "prompt" => (this with { Prompt = name }, null),
        "answer" => (this with { Answer = name }, null),
        "input" => (this with { Input = name }, null),
        "system" => (this with { System = name }, null),
        "turns" => (this with { Turns = name }, null),
        "text" => (this with { Text = name }, null),
        _ => (this, $"'{word}' is not one of prompt, answer, input, system, turns and text."),
    };
}
