namespace Assay.Data.Validation.Calibration;

/// <summary>One judged text of the set.</summary>
/// <param name="Topic">The topic it was judged for.</param>
/// <param name="IsHeldOut">Whether that topic is held out.</param>
/// <param name="Source">Topic it was written for, and its name.</param>
/// <param name="Label">What it is for the topic.</param>
/// <param name="Margin">(cosine − low) / (high − low), not clipped: what the ROC is drawn from.</param>
/// <param name="Relevance">The rule's score, 0 to 1000.</param>
/// <param name="Score">S of all rules that run offline, the contributor's four statements given.</param>
/// <param name="Decision">What becomes of it at the default threshold.</param>
/// <param name="Why">The rules that cap or lower it most; empty when accepted.</param>
public sealed record CalibrationCase(string Topic, bool IsHeldOut, string Source, CalibrationLabel Label, double Margin, int Relevance, int Score, ContributionDecision Decision, string Why);

/// <summary>A point of the ROC curve.</summary>
/// <param name="Threshold">Margin from which a text counts as on topic.</param>
/// <param name="OffTopic">Share of the off-topic pairs at or above it.</param>
/// <param name="OnTopic">Share of the on-topic texts at or above it.</param>
public sealed record RocPoint(double Threshold, double OffTopic, double OnTopic);

/// <summary>How well relevance tells topics apart, and what the whole of the rules decides at the threshold.</summary>
/// <param name="Topics">Number of topics.</param>
/// <param name="OnTopic">Good texts, each judged for its own topic.</param>
/// <param name="OffTopic">Pairs of a topic and a good text of something else.</param>
/// <param name="Stuffed">Keyword-stuffed texts.</param>
/// <param name="Auc">Chance that an on-topic text has a larger margin than an off-topic one of the same topic, averaged over the topics; a tie counts half.</param>
/// <param name="PooledAuc">The same with the margins of all topics compared with each other: one threshold for every topic.</param>
/// <param name="GoodNotAccepted">Share of the good texts that are not accepted.</param>
/// <param name="StuffedAccepted">Share of the stuffed texts that are accepted.</param>
/// <param name="OffTopicAccepted">Share of the off-topic pairs that are accepted.</param>
/// <param name="Roc">The pooled curve.</param>
public sealed record CalibrationSummary(
    int Topics, int OnTopic, int OffTopic, int Stuffed, double Auc, double PooledAuc, double GoodNotAccepted, double StuffedAccepted, double OffTopicAccepted, IReadOnlyList<RocPoint> Roc);

/// <summary>The result of a calibration.</summary>
/// <param name="All">Over all topics.</param>
/// <param name="Tuned">Over the topics that parameters were chosen on.</param>
/// <param name="HeldOut">Over those that they were not.</param>
/// <param name="Cases">Every judged text.</param>
public sealed record CalibrationReport(CalibrationSummary All, CalibrationSummary Tuned, CalibrationSummary HeldOut, IReadOnlyList<CalibrationCase> Cases);
