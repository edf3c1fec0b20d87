using System.Globalization;

namespace Assay.Worker.Conformance;

/// <summary>Result of one conformance check.</summary>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Text">The printed figure.</param>
internal sealed record Figure(bool Passed, string Text)
{
    /// <summary>A check without a number that holds.</summary>
    public static Figure Ok { get; } = new(true, "ok");

    /// <summary>A largest difference against its limit; a NaN fails.</summary>
    public static Figure AtMost(double value, double limit) => new(
        value <= limit,
        string.Create(CultureInfo.InvariantCulture, $"{value:0.0e+00}<={limit:0.##e+00}"));

    /// <summary>A likeness against its least value; a NaN fails.</summary>
    public static Figure AtLeast(double value, double limit) => new(
        value >= limit,
        string.Create(CultureInfo.InvariantCulture, $"{value:0.00000}>={limit}"));

    /// <summary>A count of equal items.</summary>
    public static Figure Count(int good, int total) => new(good == total, string.Create(CultureInfo.InvariantCulture, $"{good}/{total}"));

    /// <summary>A check that could not be carried out.</summary>
    public static Figure Of(Exception error) => new(false, $"error:{error.GetType().Name}");
}
