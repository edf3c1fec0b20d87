namespace Assay.Server.Contributions;

internal enum ContributionState
{
    Received,
    Validating,
    Accepted,
    Rejected,
    Review,
}
