using System.Text.Json;

namespace Assay.Client.Transparency;

/// <param name="Checkpoint">The signed note, verbatim.</param>
/// <param name="Key">The verifier key of the log.</param>
public sealed record LedgerView(string Origin, long Size, string Root, string Checkpoint, string Key, DateTimeOffset At);

/// <param name="Entry">The canonical JSON.</param>
public sealed record LedgerEntryView(long Index, string Type, string LeafHash, JsonElement Entry);
