using System.Globalization;
using Assay.Server.Shared;
using Assay.Server.Shared.Quotas;

namespace Assay.Server.Contributions;

/// <summary>Says which limit stands in the way: what it is, what is used and left of it, what was asked for, and when it is free again.</summary>
internal static class QuotaRefusal
{
    /// <summary>The import lane of a datanet is full; it has no day that frees it.</summary>
    public static Refusal Make(QuotaAnswer.ImportFull full, long asked) => new(StatusCodes.Status413PayloadTooLarge, "import_full",
        string.Create(CultureInfo.InvariantCulture, $"Imports into this datanet have used {full.Bytes.Used} of {full.Bytes.Cap} bytes, and this file has {asked}. Contribute it under the daily limits, or ask the operator for a larger import lane."),
        new Dictionary<string, object?> { ["limit"] = full.Bytes.Limit, ["used"] = full.Bytes.Used, ["cap"] = full.Bytes.Cap, ["asked"] = asked, ["left"] = full.Bytes.Left });

    public static Refusal Make(ExceededQuota exceeded, DateTimeOffset now)
    {
        var meter = exceeded.Meter;
        var more = new Dictionary<string, object?>
        {
            ["limit"] = meter.Limit,
            ["used"] = meter.Used,
            ["cap"] = meter.Cap,
            ["asked"] = exceeded.Asked,
            ["left"] = meter.Left,
            ["resets_at"] = exceeded.ResetsAt,
        };
        var (whose, unit) = meter.Limit switch
        {
            "contributor_bytes" => ("Your day", "bytes"),
            "contributor_files" => ("Your day", "files"),
            "fair_share_bytes" => ("Your share of the datanet's day", "bytes"),
            _ => ("The datanet's day", "bytes"),
        };
        var left = string.Create(CultureInfo.InvariantCulture, $"{whose} has {meter.Left} of {meter.Cap} {unit} left, and this upload asks for {exceeded.Asked}.");
        return exceeded.Asked > meter.Cap
            ? new Refusal(StatusCodes.Status413PayloadTooLarge, "quota", $"{left} It does not fit on any day: send it in smaller files.", more)
            : new Refusal(StatusCodes.Status429TooManyRequests, "quota", $"{left} It is free again at {exceeded.ResetsAt:yyyy-MM-dd HH:mm} UTC.", more) { RetryAfter = exceeded.ResetsAt - now };
    }
}
