using System.Globalization;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>A clip is long enough and sampled often enough. Upper limits are checked before it is decoded.</summary>
public sealed class SoundStructureRule : IValidationRule
{
    private const double Shortest = 0.5;
    private const int LowestRate = 8_000;

    /// <inheritdoc/>
    public string Id => "structure";

    /// <inheritdoc/>
    public int Version => 1;

    /// <inheritdoc/>
    public int Weight => 10;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Reject;

    /// <inheritdoc/>
    public string Fix => "Send a clip of 0.5 to 600 seconds, 8 to 192 kHz and at most 8 channels.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Audio;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        var sound = (SoundContent)context.Content;
        return sound.Seconds < Shortest ? this.Scored(0, string.Create(CultureInfo.InvariantCulture, $"The clip lasts {sound.Seconds:0.00} seconds; {Shortest} are the least."))
            : sound.SampleRate < LowestRate ? this.Scored(0, $"The clip has {sound.SampleRate} samples a second; {LowestRate} are the least.")
            : this.Scored(1000, $"{sound.Describe()}.");
    }
}
