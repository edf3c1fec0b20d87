using System.Globalization;
using Assay.Data.Duplicates;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>Whether a picture or clip is new to its datanet. The index of fingerprints lies with the server; scoring what it found is pure.</summary>
/// <param name="judged">The kind of datanet whose files it judges.</param>
public sealed class MediaNoveltyRule(DatanetKind judged) : IValidationRule
{
    /// <inheritdoc/>
    public string Id => "novelty";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 20;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Contribute what the datanet does not hold yet; the finding links what it holds.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == judged;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel) =>
        this.NotEvaluated("only the server has the index of earlier files.");

    /// <summary>The finding for a file whose decoded content an earlier file already has, in whatever format.</summary>
    /// <param name="kind">Kind of both files.</param>
    /// <param name="earlier">What the earlier file is called in the evidence.</param>
    public static ValidationFinding SameContent(DatanetKind kind, string earlier) => new MediaNoveltyRule(kind).Scored(
        0, $"Every {(kind == DatanetKind.Image ? "pixel" : "sample or frame of sound")} equals that of {earlier}.");

    /// <summary>The finding for a file that has no fingerprint.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="why">Why it has none, as the end of a sentence.</param>
    public static ValidationFinding NotCompared(DatanetKind kind, string why) => new MediaNoveltyRule(kind).NotEvaluated(why);

    /// <summary>The finding for a clip from the earlier one that most of it is in.</summary>
    /// <param name="overlap">How much of it, and where; null when no earlier clip shares a part with it.</param>
    /// <param name="earlier">What the earlier one is called in the evidence; null when there is none.</param>
    public static ValidationFinding ScoreSound(AudioOverlap? overlap, string? earlier)
    {
        var rule = new MediaNoveltyRule(DatanetKind.Audio);
        return overlap is { } found
            ? rule.Scored(found.Novelty, string.Create(CultureInfo.InvariantCulture,
                $"{found.Permille / 10} % of the clip is in {earlier}: from {found.At:0.0} s on it equals that clip from {found.OtherAt:0.0} s on, with {found.ErrorRate * 100:0.0} % of the fingerprint's bits different; up to {AudioPrint.SameErrorRate * 100:0} % over three seconds is the same sound."))
            : rule.Scored(1000, "No three seconds of the clip are in an earlier clip of the datanet.");
    }

    /// <summary>The finding for a picture from its nearest earlier one.</summary>
    /// <param name="distance">Bits in which their hashes differ, 0 to 64; null when no earlier picture is near.</param>
    /// <param name="earlier">What the nearest one is called in the evidence; null when there is none.</param>
    public static ValidationFinding ScorePicture(int? distance, string? earlier)
    {
        var rule = new MediaNoveltyRule(DatanetKind.Image);
        return distance is { } bits
            ? rule.Scored(ImageHash.Novelty(bits), $"{(bits <= ImageHash.Same ? "The same picture as" : "Resembles")} {earlier}: {bits} of 64 bits of their difference hashes differ; up to {ImageHash.Same} is the same picture, from {ImageHash.Different + 1} another.")
            : rule.Scored(1000, $"No earlier picture of the datanet is within {ImageHash.Different} of 64 bits of its difference hash.");
    }
}
