namespace Assay.Data.Validation.Calibration;

/// <summary>How a text of the calibration set is labelled.</summary>
public enum CalibrationLabel
{
    /// <summary>Good work on the topic; it should be accepted.</summary>
    Good,

    /// <summary>The topic's words without sense; it should not be accepted.</summary>
    Stuffed,

    /// <summary>Good work on something else.</summary>
    Off,
}

/// <summary>One labelled text.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Name">Style and file type, such as <c>dialogue.txt</c>.</param>
/// <param name="Text">The file's content.</param>
public sealed record CalibrationText(CalibrationLabel Label, string Name, string Text);

/// <summary>A topic as a datanet would state it, with labelled texts.</summary>
/// <param name="Name">Of the file it came from.</param>
/// <param name="IsHeldOut">True for a topic that no parameter was chosen on.</param>
/// <param name="Profile">Purpose, tags and exemplars; an empty purpose for texts off every topic.</param>
/// <param name="Texts">Its texts.</param>
public sealed record CalibrationTopic(string Name, bool IsHeldOut, ValidationProfile Profile, IReadOnlyList<CalibrationText> Texts)
{
    /// <summary>Reads a topic: parts behind lines <c>=== purpose</c>, <c>=== tags</c>, <c>=== exemplar</c>, <c>=== held-out</c> and <c>=== LABEL NAME</c>.</summary>
    /// <exception cref="FormatException">A part has an unknown heading.</exception>
    public static CalibrationTopic Parse(string name, string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        const string mark = "=== ";
        var profile = new ValidationProfile("") { Languages = ["en"], Licences = ["CC-BY-4.0"] };
        var isHeldOut = false;
        var texts = new List<CalibrationText>();
        foreach (var part in ("\n" + content.ReplaceLineEndings("\n")).Split('\n' + mark, StringSplitOptions.RemoveEmptyEntries))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            var heading = (end < 0 ? part : part[..end]).Trim();
            var body = end < 0 ? "" : part[(end + 1)..].Trim() + "\n";
            switch (heading.Split(' '))
            {
                case ["held-out"]:
                    isHeldOut = true;
                    break;
                case ["purpose"]:
                    profile = profile with { Purpose = body.Trim() };
                    break;
                case ["tags"]:
                    profile = profile with { Tags = body.Split(',', StringSplitOptions.TrimEntries) };
                    break;
                case ["exemplar"]:
                    profile = profile with { Exemplars = [.. profile.Exemplars, body] };
                    break;
                case [var label, var file] when Enum.TryParse<CalibrationLabel>(label, ignoreCase: true, out var known):
                    texts.Add(new CalibrationText(known, file, body));
                    break;
                default:
                    throw new FormatException($"{name}: '{heading}' is no heading of a calibration topic.");
            }
        }

        return new CalibrationTopic(name, isHeldOut, profile, texts);
    }
}
