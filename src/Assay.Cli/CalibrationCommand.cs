using System.Globalization;
using System.Text.Json;
using Assay.Data.Validation;
using Assay.Data.Validation.Calibration;

namespace Assay.Cli;

/// <summary><c>validate --calibration</c>: judges the labelled set that this program carries and prints how well the rules tell good from bad.</summary>
internal static class CalibrationCommand
{
    private const string Prefix = "calibration/";

    /// <summary>The committed set of <c>samples/calibration</c>.</summary>
    internal static IReadOnlyList<CalibrationTopic> Set()
    {
        var assembly = typeof(CalibrationCommand).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return CalibrationTopic.Parse(Path.GetFileNameWithoutExtension(name[Prefix.Length..]), reader.ReadToEnd());
        })];
    }

    internal static int Run(TextWriter output, bool json, CancellationToken cancel)
    {
        var report = Calibrate.Run(Set(), cancel);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(report, InspectionJson.Options));
        }
        else
        {
            Write(output, report);
        }

        return 0;
    }

    private static void Write(TextWriter output, CalibrationReport report)
    {
        output.WriteLine($"{"",-42}{"all",10}{"tuned on",10}{"held out",10}");
        CalibrationSummary[] parts = [report.All, report.Tuned, report.HeldOut];
        void Row(string name, Func<CalibrationSummary, string> value) => output.WriteLine($"{name,-42}{string.Concat(parts.Select(part => $"{value(part),10}"))}");
        Row("topics", part => part.Topics.ToString(CultureInfo.InvariantCulture));
        Row("texts on topic / stuffed", part => $"{part.OnTopic}/{part.Stuffed}");
        Row("pairs off topic", part => part.OffTopic.ToString(CultureInfo.InvariantCulture));
        Row("AUC, mean of the topics (aim 0.95)", part => Number(part.Auc, "0.000"));
        Row("AUC, one threshold for all topics", part => Number(part.PooledAuc, "0.000"));
        Row("good texts not accepted (aim ≤ 5 %)", part => Percent(part.GoodNotAccepted));
        Row("stuffed texts accepted (aim ≤ 5 %)", part => Percent(part.StuffedAccepted));
        Row("off-topic texts accepted", part => Percent(part.OffTopicAccepted));
        output.WriteLine();
        output.WriteLine("ROC: share of texts whose margin (cosine − low) / (high − low) is at least the threshold; the rule gives 0 at 0 and 1000 from 1");
        output.WriteLine($"{"threshold",10}{"off topic",12}{"on topic",12}{"held out: off",16}{"on",8}");
        foreach (var (all, heldOut) in report.All.Roc.Zip(report.HeldOut.Roc))
        {
            output.WriteLine($"{Number(all.Threshold, "0.00"),10}{Percent(all.OffTopic),12}{Percent(all.OnTopic),12}{Percent(heldOut.OffTopic),16}{Percent(heldOut.OnTopic),8}");
        }

        output.WriteLine();
        foreach (var mistake in report.Cases.Where(IsMistake))
        {
            output.WriteLine($"{mistake.Label.ToString().ToLowerInvariant(),-8}{mistake.Topic,-16} ← {mistake.Source,-44} {mistake.Decision.ToString().ToLowerInvariant(),-9} {mistake.Score,4}, relevance {mistake.Relevance,4}, margin {Number(mistake.Margin, "0.00"),5} {mistake.Why}");
        }
    }

    private static bool IsMistake(CalibrationCase judged) => judged.Label == CalibrationLabel.Good == (judged.Decision != ContributionDecision.Accepted);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
