using System.Globalization;

namespace Assay.Server.Runs;

/// <summary>The name under which the adapter of a run's evaluation is asked: the run's id, <c>@step-</c> and the step.</summary>
internal static class CheckpointName
{
    private const string Mark = "@step-";

    public static string Of(string runId, int step) => string.Create(CultureInfo.InvariantCulture, $"{runId}{Mark}{step}");

    /// <summary>Run and step of a name; null when it is another kind of name.</summary>
    public static (string RunId, int Step)? Parse(string name) =>
        name.IndexOf(Mark, StringComparison.Ordinal) is > 0 and var at && int.TryParse(name.AsSpan(at + Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            ? (name[..at], step)
            : null;
}
