using Assay.Data.Records;

namespace Assay.Data.Validation;

/// <summary>A file to look into, with what it is judged against.</summary>
/// <param name="FileName">As the contributor named it; used for its extension and for display.</param>
/// <param name="Profile">The datanet's side.</param>
public sealed record InspectionRequest(string FileName, ValidationProfile Profile)
{
    /// <summary>The contributor's statements; null offline, which leaves the context rule out.</summary>
    public ContributionContext? Context { get; init; }

    /// <summary>Which columns hold what, as the contributor says; null to follow the datanet's <see cref="ValidationProfile.Columns"/>, or the columns' names.</summary>
    public ColumnMapping? Columns { get; init; }

    /// <summary>The contribution's 32-byte salt, which the unit hashes are made with; null offline, which leaves them out.</summary>
    public byte[]? Salt { get; init; }
}
