namespace Assay.Server.Contributions;

/// <summary>The form of the header <c>Idempotency-Key</c>.</summary>
internal static class IdempotencyKey
{
    private const int MaxLength = 255;

    /// <summary>Why a key cannot be used, as a sentence; null when it can.</summary>
    public static string? Problem(string? key) => key is null || key.Length is < 1 or > MaxLength || key.Any(character => character is < '!' or > '~')
        ? $"Send an Idempotency-Key of 1 to {MaxLength} printable characters, new for each file and kept for retries."
        : null;
}
