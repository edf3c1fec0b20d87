namespace Assay.Server.Shared.Quotas;

/// <summary>The limits in force for one contributor in one datanet, in bytes and files per UTC day.</summary>
/// <param name="FairShareBytes">What one contributor may send to the datanet; null where the owner set no share.</param>
internal sealed record DailyCaps(long ContributorBytes, long ContributorFiles, long DatanetBytes, long? FairShareBytes)
{
    private static readonly TimeSpan FirstDay = TimeSpan.FromHours(24);

    /// <summary>Options, then what the operator set for the account or the datanet, then what the owner lowered.</summary>
    public static DailyCaps For(QuotaOptions options, AccountLimits? account, DatanetLimits? datanet, DateTimeOffset now)
    {
        var bytes = account?.BytesPerDay ?? options.BytesPerContributor;
        var files = account?.FilesPerDay ?? options.FilesPerContributor;
        if (options.FirstDayPercent < 100 && account is not null && now < account.CreatedAt + FirstDay)
        {
            bytes = Math.Max(1, Share(bytes, options.FirstDayPercent));
            files = Math.Max(1, Share(files, options.FirstDayPercent));
        }

        var day = OfDatanet(options, datanet);
        return new DailyCaps(bytes, files, day, datanet?.FairSharePercent is { } percent ? Share(day, percent) : null);
    }

    /// <summary>What a datanet takes a day: the owner's limit, and never more than the operator's or the option's.</summary>
    public static long OfDatanet(QuotaOptions options, DatanetLimits? datanet)
    {
        var maximum = datanet?.MaximumBytesPerDay ?? options.BytesPerDatanet;
        return Math.Min(datanet?.BytesPerDay ?? maximum, maximum);
    }

    /// <summary>⌊cap × percent / 100⌋.</summary>
    private static long Share(long cap, int percent) => (long)((Int128)cap * percent / 100);
}

/// <param name="BytesPerDay">Set by the operator; null: the option.</param>
/// <param name="FilesPerDay">Set by the operator; null: the option.</param>
internal sealed record AccountLimits(long? BytesPerDay, long? FilesPerDay, DateTimeOffset CreatedAt);

/// <param name="BytesPerDay">Set by the owner; null: the maximum.</param>
/// <param name="FairSharePercent">Set by the owner, 1 to 100; null: off.</param>
/// <param name="MaximumBytesPerDay">Set by the operator; null: the option.</param>
internal sealed record DatanetLimits(long? BytesPerDay, int? FairSharePercent, long? MaximumBytesPerDay);
