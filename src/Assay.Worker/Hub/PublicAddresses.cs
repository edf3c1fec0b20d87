using System.Net;
using System.Net.Sockets;

namespace Assay.Worker.Hub;

/// <summary>Which addresses belong to the public internet.</summary>
/// <remarks>IANA special-purpose address registries (RFC 6890 and its updates); IPv6 counts only inside global unicast, 2000::/3.</remarks>
internal static class PublicAddresses
{
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", // protocol assignments; holds Teredo, which embeds an IPv4 address
            "2001:db8::/32", "2002::/16", "3fff::/20", // documentation; 6to4 embeds an IPv4 address
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether an address is public; IPv4 addresses mapped into IPv6 are judged as IPv4.</summary>
    public static bool Contains(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        bool routable = plain.AddressFamily is AddressFamily.InterNetwork || GlobalUnicast.Contains(plain);
        return routable && !Array.Exists(Special, network => network.Contains(plain));
    }
}
