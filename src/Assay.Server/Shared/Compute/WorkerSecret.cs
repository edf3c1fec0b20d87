using System.Security.Cryptography;
using System.Text;

namespace Assay.Server.Shared.Compute;

/// <summary>What a worker of this server shows to be let in; new at every start, handed over in the child's environment.</summary>
internal sealed class WorkerSecret
{
    public const string EnvironmentVariable = "ASSAY_WORKER_SECRET";
    public const string Header = "X-Assay-Worker";

    public string Value { get; } = RandomNumberGenerator.GetHexString(64, lowercase: true);

    public bool Matches(string? shown) =>
        shown is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), Encoding.UTF8.GetBytes(Value));
}
