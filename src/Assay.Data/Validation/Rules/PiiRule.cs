using System.Globalization;
using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>Personal data: e-mail, telephone, public IP, IBAN, payment card, and what the operator's patterns find. What it leads to is the datanet's policy, and the pattern's.</summary>
public sealed class PiiRule : IValidationRule
{
    private const double HitsPerThousandWords = 5;
    private const int Shown = 5, ShortestQuoted = 4;

    /// <summary>Finds of one of the operator's patterns after which a file is not searched further for it; they are far above what any score depends on.</summary>
    private const int MostFinds = 1000;

    /// <inheritdoc/>
    public string Id => "pii";

    /// <inheritdoc/>
    public int Version => 3;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <summary>Nothing by itself; <see cref="PiiPolicy.Refuse"/> or a pattern's <see cref="PiiEffect.Reject"/> makes it reject.</summary>
    public OnZero OnZero => OnZero.None;

    /// <inheritdoc/>
    public string Fix => "Remove personal data, or replace it by made-up values.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Everything.Text;
        var (policy, patterns) = (context.Request.Profile.Pii, PiiPatternSet.Of(context.Request.Profile.Patterns));
        var own = patterns.Find(text, MostFinds, cancel).ToList();
        var found = PersonalData.Merge([.. PersonalData.Find(text), .. own.Select(find => find.Datum)]);
        if (found.Count == 0)
        {
            return this.Scored(1000, $"No e-mail address, telephone number, public IP address, IBAN or card number{Others(patterns)}; names are not detected.");
        }

        var rate = found.Count * 1000.0 / Math.Max(Words.In(text).Count, 1);
        var summary = $"{found.Count} pieces of personal data, {rate.ToString("0.0", CultureInfo.InvariantCulture)} in 1,000 words; {Consequence(policy)}. Names are not detected.";
        var rejecting = own.Where(find => find.Pattern.Effect(policy) == PiiEffect.Reject).Select(find => find.Datum).ToList();
        if (rejecting.Count > 0)
        {
            var kinds = string.Join(", ", rejecting.Select(datum => datum.Kind).Distinct());
            return this.Scored(0, [new Evidence($"{summary} One {kinds} is enough to reject a file here."), .. Show(context, rejecting)]) with { OnZero = OnZero.Reject };
        }

        var finding = this.Scored(RuleFindings.ToScore(1 - (rate / HitsPerThousandWords)), [new Evidence(summary), .. Show(context, found)]);
        return policy == PiiPolicy.Refuse ? finding with { OnZero = OnZero.Reject } : finding;
    }

    private static string Others(PiiPatternSet patterns) => patterns.Patterns.Count == 0 ? "" : $", and nothing of the operator's patterns ({string.Join(", ", patterns.Patterns.Select(pattern => pattern.Name))})";

    private static IEnumerable<Evidence> Show(ValidationContext context, IReadOnlyList<PersonalDatum> found) =>
        found.Take(Shown).Select(datum => context.Everything.At($"{datum.Kind}: {First(context.Everything.Text, datum)}… ({datum.End - datum.Start} characters).", datum.Start, datum.End));

    /// <summary>The first character; nothing of a find that is hardly longer.</summary>
    private static string First(string text, PersonalDatum datum) =>
        datum.End - datum.Start >= ShortestQuoted && Rune.TryGetRuneAt(text, datum.Start, out var first) ? first.ToString() : "";

    private static string Consequence(PiiPolicy policy) => policy switch
    {
        PiiPolicy.Mask => "records show marks such as [EMAIL] in its place",
        PiiPolicy.Refuse => "this datanet refuses it",
        _ => "this datanet allows it",
    };
}
