using System.ComponentModel.DataAnnotations;

namespace Assay.Server.Accounts;

internal sealed class AccountsOptions
{
    /// <summary>New accounts per day and address prefix (/24 of IPv4, /64 of IPv6). Default 20; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int SignUpsPerDay { get; set; } = 20;
}
