using System.ComponentModel.DataAnnotations;

namespace Assay.Server.Shared.Quotas;

/// <summary>The daily limits of contributions, per UTC calendar day.</summary>
internal sealed class QuotaOptions
{
    /// <summary>Bytes one contributor may send over all datanets. Default 10 MiB; 1 byte to 1 TiB.</summary>
    [Range(1, 1L << 40)]
    public long BytesPerContributor { get; set; } = 10 * 1024 * 1024;

    /// <summary>Files one contributor may send over all datanets. Default 20; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public long FilesPerContributor { get; set; } = 20;

    /// <summary>Bytes one datanet takes from all its contributors. Default 10 MiB; 1 byte to 1 TiB.</summary>
    [Range(1, 1L << 40)]
    public long BytesPerDatanet { get; set; } = 10 * 1024 * 1024;

    /// <summary>Percent of a contributor's bytes and files that an account has in its first 24 hours. Default 100, which is off; 1 to 100.</summary>
    [Range(1, 100)]
    public int FirstDayPercent { get; set; } = 100;

    /// <summary>Bytes that an owner may bring into one datanet by imports, outside the daily limits, in all its life. Default 1 GiB; 0 (no imports) to 1 TiB.</summary>
    [Range(0, 1L << 40)]
    public long ImportBytesPerDatanet { get; set; } = 1L << 30;

    /// <summary>Uploads of one account that run at once. Default 8; 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int ParallelUploads { get; set; } = 8;

    /// <summary>Uploads of one account that wait behind them; more get 429. Default 64; 0 to 10,000.</summary>
    [Range(0, 10_000)]
    public int WaitingUploads { get; set; } = 64;

    /// <summary>Minutes after which a reservation that was never committed is given back. Default 60; 1 to 1,440.</summary>
    [Range(1, 1440)]
    public int ReservationMinutes { get; set; } = 60;
}
