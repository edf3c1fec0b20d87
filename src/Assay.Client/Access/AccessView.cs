namespace Assay.Client.Access;

/// <summary>A builder's permission to train on a datanet.</summary>
/// <param name="State">requested, granted, declined, expired or revoked.</param>
public sealed record AccessView(string Id, string DatanetId, string DatanetName, string AccountId, string AccountName, string Purpose, string State,
    string? Reason, DateTimeOffset RequestedAt, DateTimeOffset? DecidedAt, DateTimeOffset? Until);

/// <param name="Purpose">What the data is wanted for, 50 to 2,000 characters.</param>
/// <param name="AcceptTerms">Must be true: the licences of the contributions are accepted.</param>
public sealed record AccessRequest(string Purpose, bool AcceptTerms);

/// <param name="Action">grant, decline or revoke.</param>
/// <param name="Days">1 to 365, for a grant.</param>
public sealed record AccessDecision(string Action, string? Reason = null, int Days = 90);
