using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>What the filters for crawled web pages would say. Shown, never part of the score: they reject most good instruction data.</summary>
/// <remarks>Gopher (Rae et al. 2021, arXiv:2112.11446, table A1), C4 (Raffel et al. 2020, §2.2), FineWeb (Penedo et al. 2024, §3.6).</remarks>
public sealed class WebSignalsRule : IValidationRule
{
    /// <inheritdoc/>
    public string Id => "web-signals";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.None;

    /// <inheritdoc/>
    public string Fix => "Nothing needs fixing: these filters were built for English web pages and do not decide here.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var page = WebPage.Measure(context.Words.Text);
        if (page.Words == 0)
        {
            return this.NotEvaluated("the text has no words.");
        }

        (string Name, string? Fails)[] filters = [("Gopher quality", page.GopherQuality()), ("C4", page.C4()), ("FineWeb", page.FineWeb())];
        var passed = filters.Count(filter => filter.Fails is null);
        return this.Scored(
            passed * 1000 / filters.Length,
            [.. filters.Select(filter => new Evidence(filter.Fails is { } reason ? $"{filter.Name} would not keep it: {reason}." : $"{filter.Name} would keep it."))]);
    }
}
