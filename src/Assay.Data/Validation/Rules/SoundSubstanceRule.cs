using System.Globalization;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>Something is heard in a clip: it is not mostly silent, not distorted by clipping, neither too faint nor too loud.</summary>
public sealed class SoundSubstanceRule : IValidationRule
{
    private const double MostSilent = 0.8, MostClipped = 0.01, Faintest = -45, Loudest = -3;

    /// <inheritdoc/>
    public string Id => "content";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 15;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Review;

    /// <inheritdoc/>
    public string Fix => "Cut silence away, record below full scale, and send the clip at a level between −45 and −3 dBFS; a person looks at others.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Audio;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        if (((SoundContent)context.Content).Levels is not { } levels)
        {
            return this.NotEvaluated("MP3 is walked frame by frame and not decoded; send WAV or FLAC to have the sound itself judged.");
        }

        string?[] problems =
        [
            levels.SilentShare > MostSilent ? $"{Percent(levels.SilentShare)} of it is silent (under −60 dBFS), {Percent(MostSilent)} is the most" : null,
            levels.ClippedShare > MostClipped
                ? $"{Percent(levels.ClippedShare)} of its samples are clipped, {Percent(MostClipped)} is the most; the first at {Number(levels.FirstClipped ?? 0)} s"
                : null,
            levels.Rms < Faintest ? $"its level of {Number(levels.Rms)} dBFS is below {Faintest}" : null,
            levels.Rms > Loudest ? $"its level of {Number(levels.Rms)} dBFS is above {Loudest}" : null,
        ];
        var wrong = string.Join("; ", problems.Where(problem => problem is not null));
        return wrong.Length > 0
            ? this.Scored(0, $"The clip cannot be heard well: {wrong}.")
            : this.Scored(1000, $"Level {Number(levels.Rms)} dBFS, {Percent(levels.SilentShare)} silent, {Percent(levels.ClippedShare)} clipped.");
    }

    private static string Percent(double share) => Number(share * 100) + " %";

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
