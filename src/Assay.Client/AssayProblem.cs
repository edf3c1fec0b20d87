using System.Text.Json;

namespace Assay.Client;

/// <summary>A refusal of the server, as problem+json states it (RFC 9457).</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Reason">A stable word for programs.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="More">Further members, such as limit, left and resets_at.</param>
public sealed record AssayProblem(int Status, string? Reason, string Detail, IReadOnlyDictionary<string, JsonElement> More);
