namespace Assay.Data.Validation;

/// <summary>A file to look into, with what it is judged against.</summary>
/// <param name="FileName">As the contributor named it; used for its extension and for display.</param>
/// <param name="Profile">The datanet's side.</param>
public sealed record InspectionRequest(string FileName, ValidationProfile Profile)
{
    /// <summary>The contributor's statements; null offline, which leaves the context rule out.</summary>
    public ContributionContext? Context { get; init; }

    /// <summary>The contribution's 32-byte salt, which the unit hashes are made with; null offline, which leaves them out.</summary>
    public byte[]? Salt { get; init; }
}
