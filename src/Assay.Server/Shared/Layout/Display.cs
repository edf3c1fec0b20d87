using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.Shared.Layout;

/// <summary>Numbers and outcomes as the pages write them; the same in every country.</summary>
internal static class Display
{
    private const double MiB = 1024 * 1024;

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>1 file, 2 files.</summary>
    public static string Count(long number, string one, string many) => $"{Count(number)} {(number == 1 ? one : many)}";

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => Count(bytes, "byte", "bytes"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        < 1024 * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB:0.00} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB / 1024:0.00} GiB"),
    };

    /// <summary>A number with as many places as it needs.</summary>
    public static string Number(double number) => number.ToString("#,0.############", CultureInfo.InvariantCulture);

    /// <summary>A score of 0 to 1000 as 0.0 to 100.0.</summary>
    public static string Score(int score) => (score / 10.0).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>A standing in billionths as a percentage.</summary>
    public static string Standing(long billionths) => (billionths / 1e7).ToString("0.00", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture);

    public static string Loss(double? loss) => loss?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "–";

    public static string Parameters(long count) => count switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.0} B"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.0} M"),
        _ => Count(count),
    };

    /// <summary>Why a use case refused, as a sentence; null when it did not.</summary>
    public static string? Refusal(INestedHttpResult outcome) => outcome.Result is ProblemHttpResult problem ? problem.ProblemDetails.Detail ?? "Refused." : null;

    /// <summary>What a use case gave; null when it refused.</summary>
    public static T? Value<T>(INestedHttpResult outcome)
        where T : class => (outcome.Result as IValueHttpResult<T>)?.Value;
}
