namespace Assay.Data.Validation;

/// <summary>Thresholds that turn a score into a decision.</summary>
public sealed record ValidationPolicy
{
    /// <summary>Width of the review band below <see cref="Accept"/>.</summary>
    public const int ReviewBand = 100;

    private const int Least = 600, Most = 900;

    /// <summary>Accept at 600, review from 500.</summary>
    public static ValidationPolicy Default { get; } = new();

    /// <summary>Lowest accepted score, 600 to 900. Default 600.</summary>
    public int Accept
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, Least);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Most);
            field = value;
        }
    } = Least;

    /// <summary>Lowest score that a person looks at.</summary>
    public int ReviewFloor() => Accept - ReviewBand;
}
