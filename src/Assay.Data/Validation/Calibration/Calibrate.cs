using System.Text;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation.Calibration;

/// <summary>Judges a labelled set by the rules as they are and counts the mistakes.</summary>
public static class Calibrate
{
    private static readonly double[] Thresholds = [-0.5, -0.25, 0, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2];

    private static readonly ContributionContext Statements = new("written for the calibration set", "CC-BY-4.0", "calibrating the validation rules", "shows one way to write about the topic");

    /// <summary>Judges every text for its own topic, and every good text for all the other topics, too.</summary>
    /// <exception cref="ArgumentException">No topic has a purpose.</exception>
    public static CalibrationReport Run(IReadOnlyList<CalibrationTopic> set, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(set);
        var cases = new List<CalibrationCase>();
        foreach (var topic in set.Where(topic => topic.Profile.Purpose.Length > 0))
        {
            var profile = RelevanceProfile.Of(topic.Profile);
            foreach (var (source, text) in set.SelectMany(source => source.Texts.Select(text => (source, text))))
            {
                var own = source == topic;
                if (own || text.Label != CalibrationLabel.Stuffed)
                {
                    cases.Add(Judge(topic, profile, source, text with { Label = own ? text.Label : CalibrationLabel.Off }, cancel));
                }
            }
        }

        return cases.Count == 0
            ? throw new ArgumentException("The set has no topic with a purpose.", nameof(set))
            : new CalibrationReport(Summarise(cases), Summarise(cases.FindAll(judged => !judged.IsHeldOut)), Summarise(cases.FindAll(judged => judged.IsHeldOut)), cases);
    }

    private static CalibrationCase Judge(CalibrationTopic topic, RelevanceProfile profile, CalibrationTopic source, CalibrationText text, CancellationToken cancel)
    {
        var request = new InspectionRequest(text.Name, topic.Profile) { Context = Statements };
        var inspection = ValidationPipeline.Inspect(Encoding.UTF8.GetBytes(text.Text), request, cancel);
        var report = ValidationReport.Decide(inspection.Findings, ValidationPolicy.Default);
        var isRows = inspection.Reading.Records.Any(record => record.Row > 0);
        var words = isRows ? string.Join("\n\n", inspection.Reading.Records.Select(record => record.JoinedText())) : text.Text;
        var cosine = profile.Cosine(words);
        return new CalibrationCase(
            topic.Name, topic.IsHeldOut, $"{source.Name}/{text.Name}", text.Label, (cosine - profile.Low) / (profile.High - profile.Low),
            report.Findings.First(finding => finding.Rule == "relevance").Score ?? 0, report.Score.Score, report.Decision,
            report.Decision == ContributionDecision.Accepted ? "" : string.Join(", ", report.Score.CappedBy.Count > 0
                ? report.Score.CappedBy
                : report.Findings.Where(finding => finding is { Score: < 600, Weight: > 0 }).Select(finding => finding.Rule)));
    }

    private static CalibrationSummary Summarise(List<CalibrationCase> cases)
    {
        var (on, off, stuffed) = (Of(cases, CalibrationLabel.Good), Of(cases, CalibrationLabel.Off), Of(cases, CalibrationLabel.Stuffed));
        var topics = cases.Select(judged => judged.Topic).Distinct().ToList();
        return new CalibrationSummary(
            topics.Count, on.Count, off.Count, stuffed.Count,
            topics.Count == 0 ? 0 : topics.Average(topic => Auc(on.FindAll(judged => judged.Topic == topic), off.FindAll(judged => judged.Topic == topic))),
            Auc(on, off),
            Share(on, judged => judged.Decision != ContributionDecision.Accepted),
            Share(stuffed, judged => judged.Decision == ContributionDecision.Accepted),
            Share(off, judged => judged.Decision == ContributionDecision.Accepted),
            [.. Thresholds.Select(threshold => new RocPoint(threshold, Share(off, judged => judged.Margin >= threshold), Share(on, judged => judged.Margin >= threshold)))]);
    }

    private static List<CalibrationCase> Of(List<CalibrationCase> cases, CalibrationLabel label) => cases.FindAll(judged => judged.Label == label);

    private static double Share(List<CalibrationCase> cases, Predicate<CalibrationCase> counts) => cases.Count == 0 ? 0 : cases.FindAll(counts).Count / (double)cases.Count;

    private static double Auc(List<CalibrationCase> on, List<CalibrationCase> off)
    {
        var wins = 0.0;
        foreach (var one in on)
        {
            foreach (var other in off)
            {
                wins += one.Margin > other.Margin ? 1 : one.Margin == other.Margin ? 0.5 : 0;
            }
        }

        return on.Count == 0 || off.Count == 0 ? 0 : wins / ((double)on.Count * off.Count);
    }
}
