using System.Globalization;
using Assay.Data.FileTypes;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Rules;

/// <summary>Personal data: e-mail, telephone, public IP, IBAN, payment card. What it leads to is the datanet's policy.</summary>
public sealed class PiiRule : IValidationRule
{
    private const double HitsPerThousandWords = 5;
    private const int Shown = 5;

    /// <inheritdoc/>
    public string Id => "pii";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <summary>Nothing by itself; <see cref="PiiPolicy.Refuse"/> makes it reject.</summary>
    public OnZero OnZero => OnZero.None;

    /// <inheritdoc/>
    public string Fix => "Remove personal data, or replace it by made-up values.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var text = context.Everything.Text;
        var found = PersonalData.Find(text);
        if (found.Count == 0)
        {
            return this.Scored(1000, "No e-mail address, telephone number, public IP address, IBAN or card number; names are not detected.");
        }

        var rate = found.Count * 1000.0 / Math.Max(Words.In(text).Count, 1);
        var policy = context.Request.Profile.Pii;
        var finding = this.Scored(RuleFindings.ToScore(1 - (rate / HitsPerThousandWords)),
        [
            new Evidence($"{found.Count} pieces of personal data, {rate.ToString("0.0", CultureInfo.InvariantCulture)} in 1,000 words; {Consequence(policy)}. Names are not detected."),
            .. found.Take(Shown).Select(datum => context.Everything.At($"{datum.Kind}: {text[datum.Start]}… ({datum.End - datum.Start} characters).", datum.Start, datum.End)),
        ]);
        return policy == PiiPolicy.Refuse ? finding with { OnZero = OnZero.Reject } : finding;
    }

    private static string Consequence(PiiPolicy policy) => policy switch
    {
        PiiPolicy.Mask => "records show marks such as [EMAIL] in its place",
        PiiPolicy.Refuse => "this datanet refuses it",
        _ => "this datanet allows it",
    };
}
