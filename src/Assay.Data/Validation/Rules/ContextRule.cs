using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>The share of the contributor's four statements that are filled and fit together.</summary>
/// <param name="judged">The kind of datanet whose files it judges.</param>
/// <param name="weight">Its share in that kind's sum.</param>
public sealed class ContextRule(DatanetKind judged, int weight) : IValidationRule
{
    private const int ShortestStatement = 8;

    /// <inheritdoc/>
    public string Id => "context";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => weight;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.None;

    /// <inheritdoc/>
    public string Fix => "Say where the file comes from, its licence, what it should be used for and why it is useful.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == judged;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        if (context.Request.Context is not { } stated)
        {
            return this.NotEvaluated("the contributor's statements are given when the file is sent.");
        }

        string[] missing =
        [
            .. IsStatement(stated.Source) ? (string[])[] : ["source"],
            .. IsLicence(stated.Licence, context.Request.Profile.Licences) ? (string[])[] : ["licence"],
            .. IsStatement(stated.IntendedUse) ? (string[])[] : ["intended use"],
            .. IsStatement(stated.Usefulness) && !Same(stated.Usefulness, stated.IntendedUse) && !Same(stated.Usefulness, stated.Source) ? (string[])[] : ["usefulness"],
        ];
        return this.Scored((4 - missing.Length) * 250, missing.Length == 0
            ? "All four statements are given."
            : $"Missing, shorter than {ShortestStatement} characters or repeated: {string.Join(", ", missing)}.");
    }

    private static bool IsStatement(string text) => text.Trim().Length >= ShortestStatement;

    private static bool IsLicence(string licence, IReadOnlyList<string> taken) =>
        licence.Trim().Length > 0 && (taken.Count == 0 || taken.Contains(licence.Trim(), StringComparer.OrdinalIgnoreCase));

    private static bool Same(string one, string other) => one.Trim().Equals(other.Trim(), StringComparison.OrdinalIgnoreCase);
}
