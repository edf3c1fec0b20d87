using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>A licence named inside the file that is not the one the contributor states: a person looks which of the two holds.</summary>
public sealed class LicenceRule : IValidationRule
{
    private const int Shown = 3;

    /// <inheritdoc/>
    public string Id => "licence";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Review;

    /// <inheritdoc/>
    public string Fix => "State the licence that the file carries, or remove the notice if it does not belong to the text.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        if (context.Request.Context?.Licence is not { Length: > 0 } stated)
        {
            return this.NotEvaluated("no licence is stated.");
        }

        var found = LicenceNotices.Find(context.Everything.Text);
        var others = found.Where(notice => !LicenceNotices.Agree(notice.Licence, stated)).ToList();
        return others.Count > 0
            ? this.Scored(0, [.. others.Take(Shown).Select(notice => context.Everything.At($"The text names the licence {notice.Licence}, and {DisplayName.Of(stated)} is stated.", notice.Start, notice.End))])
            : this.Scored(1000, found.Count == 0 ? "No licence is named inside." : $"The licence named inside agrees with the one stated ({DisplayName.Of(stated)}).");
    }
}
