namespace Assay.Client.Contributions;

/// <summary>A file that comes in pieces.</summary>
/// <param name="Offset">Bytes received of <paramref name="Length"/>; the next piece begins here.</param>
/// <param name="ExpiresAt">When it is given up, unless it is complete by then.</param>
/// <param name="ContributionId">Present once it is complete.</param>
public sealed record UploadView(string Id, string DatanetId, long Length, long Offset, DateTimeOffset ExpiresAt, string? ContributionId = null);
