using System.Net;
using System.Net.Sockets;

namespace Assay.Server.Accounts;

/// <summary>The network a request comes from: /24 of IPv4, /64 of IPv6.</summary>
internal static class AddressPrefix
{
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "local";
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = plain.GetAddressBytes();
        return Convert.ToHexString(bytes, 0, plain.AddressFamily == AddressFamily.InterNetwork ? 3 : 8);
    }
}
